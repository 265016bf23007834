package dev.starttls.conformance;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.profile.Profile;
import java.util.Iterator;

/** The values that a shell offers for options. */
final class CompletionValues {
    private CompletionValues() {}

    /** Ids of checks. */
    static final class Ids implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Suite.catalogue().all().stream().map(Check::id).distinct().iterator();
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
