package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;

/** Every broken server is caught by the checks meant for it, and by no others than a right one is. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class TlsMatrixTest {

    private static final int HANDSHAKE = 22;
    private static final Duration ANSWER = Duration.ofSeconds(6);

    private static LoopbackServer good;

    @BeforeAll
    static void start() {
        good = GoodServer.start();
    }

    @AfterAll
    static void stop() {
        good.close();
    }

    /** What a broken server does about a hello: nothing special, an answer of its own, or the end of the connection. */
    @FunctionalInterface
    private interface Fault {
        Optional<List<Flight>> answer(ClientHello hello);

        static Fault dropping(HelloTrait trait) {
            return hello -> trait.of(hello) ? Optional.of(List.of()) : Optional.empty();
        }

        static Fault answering(HelloTrait trait, Flight flight) {
            return hello -> trait.of(hello) ? Optional.of(List.of(flight)) : Optional.empty();
        }
    }

    /** What a broken server takes offence at. */
    @FunctionalInterface
    private interface HelloTrait {
        boolean of(ClientHello hello);
    }

    /**
     * A broken server.
     *
     * @param bad what it is caught by, more than a right one is
     */
    record Broken(String name, Relay.Hook hook, Map<String, Status> bad) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Broken broken(String name, Fault fault, Map<String, Status> bad) {
        Relay.Hook hook = (record, way) -> {
            Optional<List<Flight>> answer = isHello(record) ? fault.answer(hello(record)) : Optional.empty();
            if (answer.isEmpty()) {
                way.forward(record);
                return;
            }
            for (Flight flight : answer.get()) {
                way.answer(flight.octets());
            }
            way.end();
        };
        return new Broken(name, hook, bad);
    }

    /** A whole hello, or the first octets of one. */
    private static boolean isHello(TlsRecord record) {
        return record.type() == HANDSHAKE
                && record.content().length() > ClientHello.HEADER
                && record.content().at(0) == ClientHello.TYPE
                && (record.content().at(2) << 8 | record.content().at(3)) + ClientHello.HEADER
                        == record.content().length();
    }

    private static ClientHello hello(TlsRecord record) throws MalformedException {
        return ClientHello.parse(record.content());
    }

    private static boolean has(ClientHello hello, int extension) {
        return hello.extension(extension)
                .filter(found -> !found.data().isEmpty())
                .isPresent();
    }

    private static boolean onlyProhibited(ClientHello hello) {
        return hello.suites().stream().map(CipherSuite::of).allMatch(suite -> suite.filter(
                        known -> known.isSignal() || known.prohibition().isPresent())
                .isPresent());
    }

    static Stream<Broken> servers() {
        Flight old = Flight.of(ProtocolVersion.TLS11, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA);
        Flight compressed = Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
                .compressed(1);
        Flight rc4 = Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_RSA_WITH_RC4_128_SHA);
        return Stream.of(
                broken("none", Fault.dropping(hello -> false), Map.of()),
                broken(
                        "TLS 1.1 taken and not marked",
                        Fault.answering(hello -> hello.legacyVersion() == ProtocolVersion.TLS11.code(), old),
                        Map.of("TLS-S-01", Status.FAIL, "TLS-S-02", Status.FAIL)),
                broken(
                        "RC4 taken from a client that has nothing else",
                        Fault.answering(
                                hello -> hello.legacyVersion() == ProtocolVersion.TLS12.code()
                                        && !has(hello, Extension.SUPPORTED_VERSIONS)
                                        && onlyProhibited(hello)
                                        && hello.suites().contains(CipherSuite.TLS_RSA_WITH_RC4_128_SHA.code()),
                                rc4),
                        Map.of("TLS-S-04", Status.FAIL)),
                broken(
                        "unknown name dropped",
                        Fault.dropping(hello -> hello.extension(Extension.SERVER_NAME)
                                .filter(name -> name.data().text().endsWith(".invalid"))
                                .isPresent()),
                        Map.of("TLS-S-09", Status.FAIL)),
                broken(
                        "long hello dropped",
                        Fault.dropping(hello -> hello.message().length() > 8192),
                        Map.of("TLS-S-12", Status.FAIL)),
                broken(
                        "ticket dropped",
                        Fault.dropping(hello -> has(hello, Extension.SESSION_TICKET)),
                        Map.of("TLS-S-16a", Status.WARN)),
                broken(
                        "pre-shared key dropped",
                        Fault.dropping(hello -> has(hello, Extension.PRE_SHARED_KEY)),
                        Map.of("TLS-S-16b", Status.WARN)),
                broken(
                        "client without secure renegotiation dropped",
                        Fault.dropping(hello -> !has(hello, Extension.RENEGOTIATION_INFO)
                                && !hello.suites().contains(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV.code())),
                        Map.of("TLS-S-17", Status.FAIL, "TLS-S-17b", Status.INCONCLUSIVE)),
                broken(
                        "compressing",
                        Fault.answering(hello -> hello.compressions().size() > 1, compressed),
                        Map.of("TLS-S-18", Status.FAIL, "TLS-S-54", Status.FAIL)),
                broken(
                        "ALPN dropped",
                        Fault.dropping(hello -> has(hello, Extension.ALPN)),
                        Map.of("TLS-S-23", Status.WARN)));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_broken_server_is_caught_by_what_is_meant_for_it(Broken broken) throws Exception {
        Map<String, Status> expected = new TreeMap<>(GoodServerTest.WITH_TLS_13);
        expected.putAll(broken.bad());
        Dialect dialect = TlsCheckHarness.smtp();
        try (LoopbackServer server = Relay.before(good, broken.hook());
                Runner runner = new Runner(
                        Catalogue.of(TlsTopics.all()),
                        Selection.all(),
                        new RunSettings(4, ANSWER.multipliedBy(8), Duration.ofMinutes(4)),
                        RunListener.none())) {
            Target target = new Target(Scheme.SMTPS, "127.0.0.1", server.port());
            Mockito.when(dialect.survey(Mockito.any()))
                    .thenReturn(new Survey(List.of(), Optional.empty(), Optional.empty()));
            TargetReport report = runner.run(target, TlsCheckHarness.settings(ANSWER), dialect);
            Map<String, Status> found = new TreeMap<>();
            List<String> details = new ArrayList<>();
            for (CheckResult result : report.results()) {
                if (result.verdict().status() != Status.PASS) {
                    found.put(result.check().id(), result.verdict().status());
                    details.add(result.check().id() + ": " + result.verdict().detail());
                }
            }
            assertThat(found).as(String.join("\n", details)).isEqualTo(expected);
        }
    }
}
