package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class WeakServerTest {

    private static final int HANDSHAKE = 22;
    private static final OctetString HANDSHAKE_FAILURE = OctetString.hex("15 0303 0002 0228");

    private static LoopbackServer good;

    @BeforeAll
    static void start() {
        good = GoodServer.start();
    }

    @AfterAll
    static void stop() {
        good.close();
    }

    /** What a server says to a hello, or nothing where the good one may go on. */
    @FunctionalInterface
    interface Weakness {
        Optional<Flight> answer(ClientHello hello);
    }

    private static Verdict judge(String id, Weakness weakness) {
        Relay.Hook hook = (record, way) -> {
            Optional<Flight> flight = isHello(record) ? weakness.answer(hello(record)) : Optional.empty();
            if (flight.isPresent()) {
                way.answer(flight.get().octets());
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            return TlsCheckHarness.judge(id, weak.port());
        }
    }

    private static boolean isHello(TlsRecord record) {
        return record.type() == HANDSHAKE && record.content().at(0) == ClientHello.TYPE;
    }

    private static ClientHello hello(TlsRecord record) throws MalformedException {
        return ClientHello.parse(record.content());
    }

    private static void assertMark(Verdict verdict, Status status, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
        assertThat(verdict.detail()).contains(because);
    }

    private static boolean offers13(ClientHello hello) {
        return hello.extension(Extension.SUPPORTED_VERSIONS).isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"SSL3", "TLS10", "TLS11"})
    void a_server_that_takes_an_old_version_is_caught(ProtocolVersion version) {
        Verdict verdict = judge(
                "TLS-S-01",
                hello -> hello.legacyVersion() == version.code()
                        ? Optional.of(Flight.of(version, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA))
                        : Optional.empty());
        assertMark(verdict, Status.FAIL, version.label() + " is accepted (");
    }

    @Test
    void a_server_that_takes_ssl_2_is_caught() {
        try (LoopbackServer weak = LoopbackServer.serving(client -> {
            InputStream in = client.getInputStream();
            if ((in.read() & 0x80) != 0) {
                client.getOutputStream()
                        .write(OctetString.hex("8010 04 00 01 0002 0000 0000 0000")
                                .and(OctetString.zeros(5))
                                .array());
            } else {
                client.getOutputStream()
                        .write(OctetString.hex("15 0303 0002 0246").array());
            }
        })) {
            assertMark(TlsCheckHarness.judge("TLS-S-01", weak.port()), Status.FAIL, "SSLv2 is accepted");
        }
    }

    @Test
    void a_server_of_neither_12_nor_13_is_caught() {
        Verdict verdict = judge(
                "TLS-S-01",
                hello -> Optional.of(Flight.of(ProtocolVersion.TLS11, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA)));
        assertMark(verdict, Status.FAIL, "neither TLSv1.2 nor TLSv1.3");
    }

    @Test
    void a_server_without_tls_has_no_versions_to_judge() {
        try (LoopbackServer none = LoopbackServer.serving(client -> {
            client.getOutputStream()
                    .write(OctetString.ascii("220 plaintext\r\n").array());
            client.getInputStream().read();
        })) {
            for (String id : new String[] {"TLS-S-01", "TLS-S-02", "TLS-S-05", "TLS-S-09", "TLS-S-23", "TLS-S-25"}) {
                assertThat(TlsCheckHarness.judge(id, none.port()).status())
                        .as(id)
                        .isEqualTo(Status.INCONCLUSIVE);
            }
        }
    }

    @Test
    void a_server_that_chooses_the_lower_version_is_caught() {
        Verdict verdict = judge(
                "TLS-S-02",
                hello -> hello.suites().size() > 20 && offers13(hello)
                        ? Optional.of(
                                Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
                        : Optional.empty());
        assertMark(verdict, Status.FAIL, "TLSv1.2 was chosen although both were offered");
    }

    @Test
    void a_server_that_does_not_mark_a_downgrade_is_caught() {
        Verdict verdict = judge(
                "TLS-S-02",
                hello -> offers13(hello)
                        ? Optional.empty()
                        : Optional.of(
                                Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)));
        assertMark(verdict, Status.FAIL, "DOWNGRD");
    }

    @Test
    void a_server_that_does_not_mark_a_downgrade_below_tls_12_is_caught() {
        Verdict verdict = judge(
                "TLS-S-02",
                hello -> hello.legacyVersion() == ProtocolVersion.TLS11.code()
                        ? Optional.of(Flight.of(ProtocolVersion.TLS11, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA))
                        : Optional.empty());
        assertMark(verdict, Status.FAIL, "TLSv1.1 must end its random with DOWNGRD and 00");
    }

    @Test
    void a_prohibited_suite_in_an_old_version_alone_is_caught() {
        CipherSuite suite = CipherSuite.TLS_RSA_WITH_RC4_128_SHA;
        Verdict verdict = judge(
                "TLS-S-04",
                hello -> hello.legacyVersion() == ProtocolVersion.TLS10.code()
                                && hello.suites().contains(suite.code())
                        ? Optional.of(Flight.of(ProtocolVersion.TLS10, suite))
                        : Optional.empty());
        assertMark(verdict, Status.FAIL, suite.name() + " in TLSv1 (");
    }

    @Test
    void a_server_that_drops_clients_without_secure_renegotiation_is_caught() {
        Relay.Hook hook = (record, way) -> {
            boolean old = isHello(record)
                    && hello(record).extension(Extension.RENEGOTIATION_INFO).isEmpty();
            if (old) {
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(TlsCheckHarness.judge("TLS-S-17", weak.port()), Status.FAIL, "gets no valid answer");
        }
    }

    /** RFC 8996 made RFC 7507 obsolete: a server need not heed the signal, but must not fall over it. */
    @Test
    void a_server_that_ignores_the_signal_of_a_fallback_is_not_judged_and_one_that_drops_the_client_is_warned_of() {
        assertThat(TlsCheckHarness.judge("TLS-S-03", good.port()).status()).isEqualTo(Status.SKIP);
        Relay.Hook hook = (record, way) -> {
            if (isHello(record) && hello(record).suites().contains(CipherSuite.TLS_FALLBACK_SCSV.code())) {
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(TlsCheckHarness.judge("TLS-S-03", weak.port()), Status.WARN, "is marked as a fallback");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CipherSuite.class,
            names = {
                "TLS_DH_anon_WITH_AES_128_CBC_SHA",
                "TLS_RSA_WITH_NULL_SHA",
                "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
                "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
                "TLS_RSA_WITH_DES_CBC_SHA",
                "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
            })
    void a_server_that_takes_a_prohibited_suite_is_caught(CipherSuite suite) {
        Weakness weakness = hello -> hello.suites().contains(suite.code())
                ? Optional.of(Flight.of(ProtocolVersion.TLS12, suite))
                : Optional.empty();
        assertMark(judge("TLS-S-04", weakness), Status.FAIL, suite.name() + " in TLSv1.2 (");
    }

    @Test
    void rsa_key_transport_is_warned_of() {
        Verdict transport = judge(
                "TLS-S-05",
                hello -> hello.suites().contains(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256.code())
                        ? Optional.of(Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256))
                        : Optional.empty());
        assertMark(transport, Status.WARN, "RSA key transport is accepted, as in TLS_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void a_server_of_cbc_suites_alone_is_warned_of() {
        CipherSuite cbc = CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA;
        Relay.Hook hook = (record, way) -> {
            boolean offered = isHello(record) && hello(record).suites().contains(cbc.code());
            way.answer(offered ? Flight.of(ProtocolVersion.TLS12, cbc).octets() : HANDSHAKE_FAILURE);
            way.end();
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(
                    TlsCheckHarness.judge("TLS-S-05", weak.port()),
                    Status.WARN,
                    "only CBC suites are accepted, as " + cbc.name());
        }
    }

    @Test
    void a_suite_without_forward_secrecy_is_warned_of() {
        Verdict verdict = judge(
                "TLS-S-25",
                hello -> Optional.of(Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256)));
        assertMark(verdict, Status.WARN, "TLS_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void a_server_that_falls_over_an_unknown_name_is_caught() {
        Relay.Hook hook = (record, way) -> {
            boolean unknown = isHello(record)
                    && hello(record)
                            .extension(Extension.SERVER_NAME)
                            .filter(name -> name.data().text().endsWith(".invalid"))
                            .isPresent();
            if (unknown) {
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(
                    TlsCheckHarness.judge("TLS-S-09", weak.port()),
                    Status.FAIL,
                    "'no-such-name.invalid': end of stream");
        }
    }

    @Test
    void a_server_without_secure_renegotiation_is_caught() {
        Verdict verdict = judge(
                "TLS-S-17",
                hello -> Optional.of(
                        Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)));
        assertMark(verdict, Status.FAIL, "no renegotiation_info");
    }

    @Test
    void a_server_that_compresses_is_caught() {
        Verdict verdict = judge(
                "TLS-S-18",
                hello -> Optional.of(Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
                        .compressed(1)));
        assertMark(verdict, Status.FAIL, "compression method 1");
    }

    @Test
    void a_server_that_falls_over_alpn_is_warned_of() {
        Relay.Hook hook = (record, way) -> {
            if (isHello(record) && hello(record).extension(Extension.ALPN).isPresent()) {
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(TlsCheckHarness.judge("TLS-S-23", weak.port()), Status.WARN, "end of stream");
        }
    }

    @Test
    void a_server_that_answers_heartbeats_is_caught() {
        Relay.Hook hook = (record, way) -> {
            if (isHello(record)) {
                way.answer(Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
                        .with(new Extension(Extension.HEARTBEAT, OctetString.hex("01")))
                        .octets());
            } else if (record.type() == 24) {
                way.answer(RecordSplitter.record(
                        24, 0x0303, OctetString.hex("02 0010").and(OctetString.zeros(32))));
            }
        };
        try (LoopbackServer weak = Relay.before(good, hook)) {
            assertMark(TlsCheckHarness.judge("TLS-S-24", weak.port()), Status.FAIL, "HeartbeatResponse");
        }
    }

    @Test
    void what_only_tls_12_has_is_skipped_for_a_server_of_tls_13_alone() {
        try (LoopbackServer newest = GoodServer.speaking("TLSv1.3")) {
            for (String id : List.of("TLS-S-03", "TLS-S-17", "TLS-S-18", "TLS-S-24")) {
                assertThat(TlsCheckHarness.judge(id, newest.port()).status())
                        .as(id)
                        .isEqualTo(Status.SKIP);
            }
            for (String id : List.of("TLS-S-01", "TLS-S-02", "TLS-S-04", "TLS-S-13", "TLS-S-14")) {
                Verdict verdict = TlsCheckHarness.judge(id, newest.port());
                assertThat(verdict.status()).as(id + " " + verdict.detail()).isEqualTo(Status.PASS);
            }
        }
    }
}
