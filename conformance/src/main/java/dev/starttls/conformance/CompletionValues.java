package dev.starttls.conformance;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;

/** The values that a shell offers for options. */
final class CompletionValues {
    private CompletionValues() {}

    /** Ids of checks, and of the rules of the profiles that the suite contains. */
    static final class Ids implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            Stream<Check> rules = Profile.contained().values().stream().flatMap(profile -> profile.checks().stream());
            return Stream.concat(Suite.catalogue().all().stream(), rules)
                    .map(Check::id)
                    .distinct()
                    .iterator();
        }
    }

    /** Ids of cases for clients. */
    static final class CaseIds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Protocol.values())
                    .flatMap(protocol -> ClientSuite.cases(protocol).stream())
                    .map(ClientCase::id)
                    .distinct()
                    .sorted()
                    .iterator();
        }
    }

    /** What targets begin with. */
    static final class Targets implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(
                            Arrays.stream(Scheme.values()).map(scheme -> scheme.key() + "://"),
                            Stream.of("mx:", "domain:"))
                    .iterator();
        }
    }

    /** Protocols of clients. */
    static final class Protocols implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Protocol.values()).map(Protocol::key).iterator();
        }
    }

    /** Formats of reports. */
    static final class Formats implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Reports.FORMATS.iterator();
        }
    }

    /** Profiles that the suite contains. */
    static final class Profiles implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Profile.NAMES.iterator();
        }
    }
}
