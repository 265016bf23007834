package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.TlsInventory.Extent;
import dev.starttls.conformance.check.TlsInventory.Preference;
import dev.starttls.conformance.check.TlsInventory.Version;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.Ssl2ClientHello;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds out everything that a server accepts: offers everything, removes the server's choice from the offer, and asks
 * again until the server refuses. So the number of connections depends on what the server accepts, not on what is
 * offered: one for each choice, and one more.
 */
final class InventoryScan {

    /**
     * More than a server that accepts every suite and group needs; a server that needs more does not answer
     * consistently.
     */
    private static final int MAX_CONNECTIONS = 500;

    /** The first is what a modern client prefers. */
    private static final Comparator<CipherSuite> STRONGEST_FIRST = Comparator.comparing(
                    (CipherSuite suite) -> suite.prohibition().isPresent())
            .thenComparing(suite -> !suite.isForwardSecret())
            .thenComparing(suite -> !suite.isAead());

    private static final List<ProtocolVersion> NEWEST_FIRST = Arrays.stream(ProtocolVersion.values())
            .sorted(Comparator.reverseOrder())
            .toList();

    private final Prober prober;
    private final List<Version> found = new ArrayList<>();
    private int connections;

    InventoryScan(Prober prober) {
        this.prober = prober;
    }

    /**
     * Runs the scan, and records in the prober's context what is known after each answer.
     *
     * @throws IOException if a connection could not be made
     * @throws BlockedException if the server no longer lets a connection get to the ClientHello
     */
    TlsInventory take() throws IOException, BlockedException {
        for (ProtocolVersion version : NEWEST_FIRST) {
            found.add(version == ProtocolVersion.SSL2 ? ssl2() : version(version));
            leave(Optional.empty());
        }
        return new TlsInventory(found);
    }

    private void leave(Optional<Version> underWay) {
        List<Version> known = new ArrayList<>(found);
        underWay.ifPresent(known::add);
        prober.context().leave(new TlsInventory(known));
    }

    /** SSL 2.0 has a ClientHello of its own, and the server lists its suites instead of choosing one. */
    private Version ssl2() throws IOException, BlockedException {
        String name = ProtocolVersion.SSL2.label();
        return prober.ask("SSLv2 CLIENT-HELLO", Ssl2ClientHello.record()) instanceof HelloAnswer.Ssl2Hello
                ? new Version(name, Extent.PARTIAL, List.of(), Preference.UNKNOWN, List.of())
                : Version.refused(name);
    }

    private Version version(ProtocolVersion version) throws IOException, BlockedException {
        Taken<CipherSuite> suites = suites(version);
        if (suites.all().isEmpty()) {
            return Version.refused(version.label());
        }
        if (version == ProtocolVersion.TLS13 && neverFinished()) {
            return Version.refused(version.label());
        }
        Preference preference = preference(version, suites.all());
        Taken<String> groups = groups(version, suites.all());
        return version(
                version,
                suites.whole() && groups.whole() ? Extent.WHOLE : Extent.PARTIAL,
                suites.all(),
                preference,
                groups.all());
    }

    /** Whether the server answers with the ServerHello of a version in which no client gets any further. */
    private boolean neverFinished() throws IOException, BlockedException {
        Optional<ServerHello> alone = prober.chosen(ProtocolVersion.TLS13);
        return alone.isPresent() && HandshakeProof.ofTls13(prober, alone.get()).isPresent();
    }

    private static Version version(
            ProtocolVersion version,
            Extent extent,
            List<CipherSuite> suites,
            Preference preference,
            List<String> groups) {
        return new Version(
                version.label(), extent, suites.stream().map(CipherSuite::name).toList(), preference, groups);
    }

    /** What a server accepted, and whether it refused the rest. */
    private record Taken<T>(List<T> all, boolean whole) {}

    private Taken<CipherSuite> suites(ProtocolVersion version) throws IOException, BlockedException {
        List<CipherSuite> left = new ArrayList<>(Arrays.stream(CipherSuite.values())
                .filter(suite -> fits(suite, version))
                .sorted(STRONGEST_FIRST)
                .toList());
        List<CipherSuite> taken = new ArrayList<>();
        Optional<HelloAnswer> last = Optional.empty();
        while (!left.isEmpty()) {
            last = ask(offering(version, left));
            Optional<CipherSuite> chosen = last.flatMap(answer -> suite(answer, version));
            if (chosen.isEmpty() || !left.remove(chosen.get())) {
                break;
            }
            taken.add(chosen.get());
            leave(Optional.of(version(version, Extent.PARTIAL, taken, Preference.UNKNOWN, List.of())));
        }
        return new Taken<>(taken, left.isEmpty() || isRefusal(last, version, taken));
    }

    private static boolean fits(CipherSuite suite, ProtocolVersion version) {
        if (suite.isSignal() || suite == CipherSuite.TLS_NULL_WITH_NULL_NULL) {
            return false;
        }
        return switch (version) {
            case TLS13 -> suite.isTls13();
            case TLS12 -> !suite.isTls13();
            default -> suite.isBeforeTls12();
        };
    }

    private ClientHello offering(ProtocolVersion version, List<CipherSuite> suites) {
        return ClientHello.only(version, prober.serverName())
                .with()
                .suites(suites)
                .build();
    }

    /** The answer; empty after too many connections. */
    private Optional<HelloAnswer> ask(ClientHello hello) throws IOException, BlockedException {
        if (connections >= MAX_CONNECTIONS) {
            return Optional.empty();
        }
        connections++;
        HelloAnswer answer = prober.ask(hello);
        if (answer instanceof HelloAnswer.Hello || answer instanceof HelloAnswer.Refused) {
            prober.context().progressed();
        }
        return Optional.of(answer);
    }

    private static Optional<CipherSuite> suite(HelloAnswer answer, ProtocolVersion version) {
        return answer instanceof HelloAnswer.Hello hello
                        && hello.hello().isVersion(version)
                        && hello.broken().isEmpty()
                ? CipherSuite.of(hello.hello().suite())
                : Optional.empty();
    }

    /** An alert is a refusal; the end of the connection is one only if a suite accepted before is still accepted. */
    private boolean isRefusal(Optional<HelloAnswer> last, ProtocolVersion version, List<CipherSuite> taken)
            throws IOException, BlockedException {
        if (last.isEmpty() || last.get() instanceof HelloAnswer.Refused) {
            return last.isPresent();
        }
        boolean ended = last.get() instanceof HelloAnswer.Closed || last.get() instanceof HelloAnswer.Reset;
        return ended
                && !taken.isEmpty()
                && ask(offering(version, taken))
                        .flatMap(answer -> suite(answer, version))
                        .isPresent();
    }

    /** Reverses the order of the offer: a server that makes the same choice decides by its own order. */
    private Preference preference(ProtocolVersion version, List<CipherSuite> suites)
            throws IOException, BlockedException {
        if (suites.size() < 2) {
            return Preference.UNKNOWN;
        }
        List<CipherSuite> reversed = new ArrayList<>(suites);
        Collections.reverse(reversed);
        Optional<CipherSuite> chosen = ask(offering(version, reversed)).flatMap(answer -> suite(answer, version));
        if (chosen.equals(Optional.of(suites.get(0)))) {
            return Preference.SERVER;
        }
        return chosen.equals(Optional.of(reversed.get(0))) ? Preference.CLIENT : Preference.UNKNOWN;
    }

    private Taken<String> groups(ProtocolVersion version, List<CipherSuite> suites)
            throws IOException, BlockedException {
        if (version == ProtocolVersion.SSL3) {
            return new Taken<>(List.of(), true);
        }
        List<NamedGroup> all = Arrays.stream(NamedGroup.values())
                .filter(group -> version == ProtocolVersion.TLS13 || !group.isFiniteField())
                .toList();
        if (version == ProtocolVersion.TLS13) {
            return groups(
                    all,
                    offering(version, suites)
                            .with()
                            .extension(ClientExtensions.keyShare(List.of()))
                            .build());
        }
        List<CipherSuite> elliptic = having(suites, "ECDHE_", "ECDH_anon_");
        Taken<String> groups =
                elliptic.isEmpty() ? new Taken<>(List.of(), true) : groups(all, offering(version, elliptic));
        List<CipherSuite> primes = having(suites, "_DHE_", "_DH_anon_");
        if (primes.isEmpty()) {
            return groups;
        }
        List<String> labels = new ArrayList<>(groups.all());
        Optional<HelloAnswer> answer = ask(offering(version, primes)
                .with()
                .without(Extension.SUPPORTED_GROUPS)
                .build());
        answer.flatMap(InventoryScan::prime).ifPresent(labels::add);
        return new Taken<>(labels, groups.whole());
    }

    private static List<CipherSuite> having(List<CipherSuite> suites, String one, String other) {
        return suites.stream()
                .filter(suite -> suite.name().contains(one) || suite.name().contains(other))
                .toList();
    }

    private static Optional<String> prime(HelloAnswer answer) {
        return answer instanceof HelloAnswer.Hello hello
                ? hello.keyExchange().map(exchange -> exchange.group() + " " + exchange.bits())
                : Optional.empty();
    }

    private Taken<String> groups(List<NamedGroup> all, ClientHello hello) throws IOException, BlockedException {
        List<NamedGroup> left = new ArrayList<>(all);
        List<String> taken = new ArrayList<>();
        Optional<HelloAnswer> last = Optional.empty();
        while (!left.isEmpty()) {
            last = ask(hello.with()
                    .extension(ClientExtensions.supportedGroups(
                            left.stream().map(NamedGroup::code).toList()))
                    .build());
            Optional<NamedGroup> chosen = last.filter(HelloAnswer.Hello.class::isInstance)
                    .flatMap(answer -> group((HelloAnswer.Hello) answer));
            if (chosen.isEmpty() || !left.remove(chosen.get())) {
                break;
            }
            taken.add(chosen.get().label());
        }
        boolean refused = last.filter(answer -> answer instanceof HelloAnswer.Refused
                        || answer instanceof HelloAnswer.Closed
                        || answer instanceof HelloAnswer.Reset)
                .isPresent();
        return new Taken<>(taken, !taken.isEmpty() && (left.isEmpty() || refused));
    }

    private static Optional<NamedGroup> group(HelloAnswer.Hello hello) {
        return hello.group().flatMap(label -> Arrays.stream(NamedGroup.values())
                .filter(group -> group.label().equals(label))
                .findFirst());
    }
}
