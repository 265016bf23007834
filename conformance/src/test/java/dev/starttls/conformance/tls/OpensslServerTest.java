package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class OpensslServerTest {

    /** After Finished, a command, and another in halves with an empty record before each. */
    private static final int COMMAND_BEFORE_AN_EMPTY_RECORD = 7;

    @TempDir
    private Path folder;

    static Stream<String> ids() {
        return GoodServerTest.ids();
    }

    /** It serves one client after the other, and waits for each of them as long as it takes. */
    private static final Map<String, Status> ONE_BY_ONE = Map.of(
            "TLS-S-15a", Status.INCONCLUSIVE, "TLS-S-15b", Status.INCONCLUSIVE, "TLS-S-19b", Status.INCONCLUSIVE);

    /** It has no key of RSA, and no second port; nothing is stapled, and no certificate demands it. */
    private static final Map<String, Status> NOT_THERE = Map.of(
            "TLS-S-33", Status.SKIP,
            "TLS-S-34", Status.SKIP,
            "TLS-S-35", Status.SKIP,
            "TLS-S-40", Status.SKIP,
            "TLS-S-45", Status.SKIP,
            "TLS-S-47", Status.SKIP);

    @ParameterizedTest
    @MethodSource("ids")
    void openssl_passes_but_for_what_it_takes_to_serve_two_at_once(String id) throws Exception {
        try (OpensslServer server = OpensslServer.start(folder, "-serverpref")) {
            Verdict verdict = ONE_BY_ONE.containsKey(id)
                    ? TlsCheckHarness.judgeEchoImpatiently(id, server.port())
                    : TlsCheckHarness.judgeEcho(id, server.port());
            assertThat(verdict.status())
                    .as(verdict.detail())
                    .isEqualTo(ONE_BY_ONE.getOrDefault(id, NOT_THERE.getOrDefault(id, Status.PASS)));
        }
    }

    private void assertJudged(String id, Status status, String because, String... options) throws Exception {
        try (OpensslServer server = OpensslServer.start(folder, options)) {
            Verdict verdict = TlsCheckHarness.judgeEcho(id, server.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
            assertThat(verdict.detail()).contains(because);
        }
    }

    @Test
    void a_server_that_lets_clients_renegotiate_is_caught() throws Exception {
        assertJudged("TLS-S-17c", Status.FAIL, "a ServerHello came", "-client_renegotiation");
        assertJudged("TLS-S-17b", Status.PASS, "", "-client_renegotiation");
    }

    @Test
    void a_server_that_takes_a_renegotiation_without_its_extension_is_caught() throws Exception {
        assertJudged(
                "TLS-S-17b",
                Status.FAIL,
                "a client that lacks it: the renegotiation was accepted",
                "-client_renegotiation",
                "-legacy_renegotiation");
    }

    @Test
    void a_server_that_signs_with_sha_1_is_caught() throws Exception {
        assertJudged("TLS-S-06b", Status.FAIL, "ecdsa_sha1", "-cipher", "ALL:@SECLEVEL=0");
    }

    @Test
    void a_server_that_follows_the_order_of_the_client_is_warned_of() throws Exception {
        assertJudged("TLS-S-05b", Status.WARN, "TLSv1.2 may choose TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
    }

    @Test
    void a_session_is_resumed_by_ticket_and_by_id() throws Exception {
        assertJudged("TLS-S-16a", Status.PASS, "ticket: resumed; id: resumed");
        assertJudged("TLS-S-16b", Status.PASS, "resumed");
    }

    @Test
    void a_server_without_tickets_and_sessions_declines_cleanly() throws Exception {
        assertJudged(
                "TLS-S-16a",
                Status.PASS,
                "the server sends no ticket; id: the server stores no sessions",
                "-no_ticket",
                "-no_cache");
    }

    /** OpenSSL asks the application for a certificate by name, but keeps one set of ticket keys. */
    @Test
    void a_session_that_is_resumed_under_a_name_with_another_certificate_is_warned_of() throws Exception {
        Issuer other = Forge.by(GoodServer.ROOT).naming("other.example").issue();
        String[] options = {
            "-servername",
            "no-such-name.invalid",
            "-cert2",
            OpensslServer.pem(folder, "other.pem", other).toString()
        };
        assertJudged("TLS-S-35", Status.WARN, "was resumed as 'no-such-name.invalid'", options);
        String[] stateless = Stream.concat(Stream.of(options), Stream.of("-no_ticket", "-no_cache"))
                .toArray(String[]::new);
        assertJudged("TLS-S-35", Status.PASS, "", stateless);
    }

    @Test
    void the_inventory_lists_what_the_server_accepts_and_each_answer_is_progress() throws Exception {
        try (OpensslServer server = OpensslServer.start(
                        folder,
                        "-serverpref",
                        "-cipher",
                        "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-GCM-SHA256",
                        "-ciphersuites",
                        "TLS_AES_256_GCM_SHA384",
                        "-curves",
                        "P-384:X25519");
                CheckContext context = TlsCheckHarness.echo(server.port())) {
            AtomicInteger answered = new AtomicInteger();
            context.onProgress(answered::incrementAndGet);
            Verdict verdict = TlsCheckHarness.run("TLS-S-05b", context);
            // Each of three suites and of two versions' groups, and each refusal after them.
            assertThat(answered).hasValueGreaterThan(3 + 2 * 2);
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.WARN);
            List<TlsInventory.Version> versions =
                    context.inventory().orElseThrow().versions();
            assertThat(versions.get(0))
                    .isEqualTo(new TlsInventory.Version(
                            "TLSv1.3",
                            TlsInventory.Extent.WHOLE,
                            List.of("TLS_AES_256_GCM_SHA384"),
                            TlsInventory.Preference.UNKNOWN,
                            List.of("secp384r1", "x25519")));
            assertThat(versions.get(1))
                    .isEqualTo(new TlsInventory.Version(
                            "TLSv1.2",
                            TlsInventory.Extent.WHOLE,
                            List.of("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                            TlsInventory.Preference.SERVER,
                            List.of("secp384r1", "x25519")));
            assertThat(versions.subList(2, 6)).noneMatch(TlsInventory.Version::accepted);
        }
    }

    /** As Postfix does: it takes the empty record for the next command, and reads that before it answers the first. */
    @Test
    void a_server_that_answers_only_when_more_comes_is_warned_of() throws Exception {
        List<TlsRecord> held = new CopyOnWriteArrayList<>();
        Relay.Hook hook = (record, way) -> {
            held.add(record);
            boolean waits = way.applicationRecords() == COMMAND_BEFORE_AN_EMPTY_RECORD
                    || way.applicationRecords() == COMMAND_BEFORE_AN_EMPTY_RECORD + 1;
            if (!waits) {
                for (TlsRecord one : held) {
                    way.forward(one);
                }
                held.clear();
            }
        };
        try (OpensslServer server = OpensslServer.start(folder);
                LoopbackServer waiting = Relay.before(server.port(), hook)) {
            Verdict verdict = TlsCheckHarness.judgeEchoImpatiently("TLS-S-20c", waiting.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.WARN);
            assertThat(verdict.detail()).contains("answered only when the next command came");
        }
    }
}
