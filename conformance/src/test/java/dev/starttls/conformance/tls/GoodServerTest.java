package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class GoodServerTest {

    /**
     * By default the runtime's TLS signs with SHA-1 for clients that offer nothing better, lets clients renegotiate, and
     * passes over octets after the extensions; and servers wait for minutes. Nothing is stapled here, no certificate
     * demands it, and there is only one.
     */
    private static final Map<String, Status> ALWAYS = Map.ofEntries(
            Map.entry("TLS-S-03", Status.SKIP),
            Map.entry("TLS-S-06b", Status.FAIL),
            Map.entry("TLS-S-15b", Status.INCONCLUSIVE),
            Map.entry("TLS-S-17c", Status.FAIL),
            Map.entry("TLS-S-33", Status.SKIP),
            Map.entry("TLS-S-34", Status.SKIP),
            Map.entry("TLS-S-35", Status.SKIP),
            Map.entry("TLS-S-40", Status.SKIP),
            Map.entry("TLS-S-42", Status.WARN),
            Map.entry("TLS-S-45", Status.SKIP),
            Map.entry("TLS-S-47", Status.SKIP));

    /** The runtime's TLS accepts no empty records of TLS 1.3, and any compression: both warnings are right. */
    static final Map<String, Status> WITH_TLS_13 = with(Map.of("TLS-S-20c", Status.WARN, "TLS-S-54", Status.WARN));

    /** Without TLS 1.3 there is no KeyUpdate, no early data, and nothing to fall back from. */
    private static final Map<String, Status> WITHOUT_TLS_13 = with(Map.of(
            "TLS-S-55", Status.WARN,
            "TLS-S-16b", Status.SKIP,
            "TLS-S-20d", Status.SKIP,
            "TLS-S-22", Status.SKIP,
            "TLS-S-43", Status.SKIP,
            "TLS-S-54", Status.SKIP));

    private static Map<String, Status> with(Map<String, Status> more) {
        Map<String, Status> all = new HashMap<>(ALWAYS);
        all.putAll(more);
        return Map.copyOf(all);
    }

    private static LoopbackServer server;
    private static LoopbackServer older;

    @BeforeAll
    static void start() {
        server = GoodServer.start();
        older = GoodServer.speaking("TLSv1.2");
    }

    @AfterAll
    static void stop() {
        server.close();
        older.close();
    }

    static Stream<String> ids() {
        return TlsTopics.all().stream()
                .flatMap(topic -> topic.checks().stream())
                .map(Check::id);
    }

    /** A stalled handshake is waited for by a part of the time for an answer. */
    private static Verdict judged(String id, LoopbackServer good) {
        return id.equals("TLS-S-15b")
                ? TlsCheckHarness.judgeImpatiently(id, good.port())
                : TlsCheckHarness.judge(id, good.port());
    }

    @ParameterizedTest
    @MethodSource("ids")
    void a_good_server_passes(String id) {
        Verdict verdict = judged(id, server);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(WITH_TLS_13.getOrDefault(id, Status.PASS));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void a_good_server_of_tls_12_passes_what_concerns_it(String id) {
        Verdict verdict = judged(id, older);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(WITHOUT_TLS_13.getOrDefault(id, Status.PASS));
    }
}
