package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.certificate.Issuer.Order;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class AnswerTopicTest {

    private static final CipherSuite USUAL = CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    private static final CipherSuite RSA = CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256;
    private static final int CLIENT_KEY_EXCHANGE = 16;
    private static final Issuer RSA_SERVER =
            Issuer.selfSigned(Order.server("mail.example.org").signedWith("SHA256withRSA"));

    private static LoopbackServer good;

    @BeforeAll
    static void start() {
        good = GoodServer.start();
    }

    @AfterAll
    static void stop() {
        good.close();
    }

    private static void assertJudged(Verdict verdict, Status status, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
        assertThat(verdict.detail()).contains(because);
    }

    private static boolean isHello(TlsRecord record) {
        return record.type() == 22 && record.content().at(0) == ClientHello.TYPE;
    }

    private static Optional<ClientHello> hello(TlsRecord record) {
        try {
            return Optional.of(ClientHello.parse(record.content()));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    private static boolean hasShortKeyShare(TlsRecord record) {
        return hello(record)
                .flatMap(hello -> hello.extension(Extension.KEY_SHARE))
                .filter(share -> share.data().length() < 32)
                .isPresent();
    }

    private static boolean isMalformed(TlsRecord record) {
        return isHello(record)
                && (hello(record).isEmpty()
                        || hasShortKeyShare(record)
                        || hello(record).get().sessionId().length() > 32
                        || hello(record)
                                .get()
                                .extension(Extension.SUPPORTED_GROUPS)
                                .filter(groups -> groups.data().length() % 2 == 1)
                                .isPresent());
    }

    @Test
    void a_server_that_refuses_what_it_cannot_parse_passes() {
        Relay.Hook hook = (record, way) -> {
            if (isMalformed(record)) {
                way.answer(OctetString.hex("15 0303 0002 0232"));
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer right = Relay.before(good, hook)) {
            assertJudged(TlsCheckHarness.judge("TLS-S-42", right.port()), Status.PASS, "decode_error");
        }
    }

    @Test
    void a_server_that_falls_silent_on_what_it_cannot_parse_is_caught() {
        Relay.Hook hook = (record, way) -> {
            if (isMalformed(record)) {
                way.fallSilent();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer broken = Relay.before(good, hook)) {
            assertJudged(
                    TlsCheckHarness.judgeImpatiently("TLS-S-42", broken.port()),
                    Status.FAIL,
                    "while a right ClientHello is answered at once");
        }
    }

    @Test
    void a_server_that_goes_on_with_what_it_cannot_parse_is_caught() {
        Relay.Hook hook = (record, way) -> {
            if (isMalformed(record)) {
                way.answer(Flight.of(ProtocolVersion.TLS12, USUAL).octets());
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer broken = Relay.before(good, hook)) {
            assertJudged(TlsCheckHarness.judge("TLS-S-42", broken.port()), Status.FAIL, "the server went on");
        }
    }

    /** A server of TLS 1.3 that does not look at what TLS 1.3 forbids. */
    @ParameterizedTest
    @CsvSource({"compression, WARN", "signatures, FAIL", "groups, FAIL"})
    void a_server_that_does_not_enforce_the_rules_of_tls_13_is_caught(String rule, Status status) {
        OctetString serverHello = OctetString.hex("0303")
                .and(OctetString.zeros(32))
                .and(OctetString.hex("00 1301 00 0006 002b 0002 0304"));
        OctetString message = OctetString.hex("0200 00")
                .and(OctetString.of(new byte[] {(byte) serverHello.length()}))
                .and(serverHello);
        OctetString record = OctetString.hex("16 0303 00")
                .and(OctetString.of(new byte[] {(byte) message.length()}))
                .and(message);
        Relay.Hook hook = (one, way) -> {
            boolean broken = isHello(one)
                    && hello(one)
                            .filter(hello -> switch (rule) {
                                case "compression" -> hello.compressions().size() > 1;
                                case "signatures" ->
                                    hello.extension(Extension.SIGNATURE_ALGORITHMS)
                                            .isEmpty();
                                default ->
                                    hello.extension(Extension.SUPPORTED_GROUPS).isEmpty();
                            })
                            .isPresent();
            if (broken) {
                way.answer(record);
                way.end();
            } else {
                way.forward(one);
            }
        };
        try (LoopbackServer broken = Relay.before(good, hook)) {
            assertJudged(TlsCheckHarness.judge("TLS-S-54", broken.port()), status, "the server went on");
        }
    }

    private static Verdict answeredWith(String id, Flight flight) {
        Relay.Hook hook = (record, way) -> {
            if (isHello(record)) {
                way.answer(flight.octets());
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer broken = Relay.before(good, hook)) {
            return TlsCheckHarness.judge(id, broken.port());
        }
    }

    @Test
    void a_suite_that_was_not_offered_is_caught() {
        assertJudged(
                answeredWith("TLS-S-50", Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_DH_anon_WITH_RC4_128_MD5)),
                Status.FAIL,
                "the suite TLS_DH_anon_WITH_RC4_128_MD5 was not offered");
    }

    @Test
    void an_extension_that_was_not_offered_is_caught() {
        assertJudged(
                answeredWith(
                        "TLS-S-50",
                        Flight.of(ProtocolVersion.TLS12, USUAL).with(List.of(ClientExtensions.extendedMasterSecret()))),
                Status.FAIL,
                "the extension extended_master_secret was not offered");
    }

    @Test
    void an_extension_that_comes_twice_is_caught() {
        assertJudged(
                answeredWith(
                        "TLS-S-50",
                        Flight.of(ProtocolVersion.TLS12, USUAL)
                                .with(List.of(
                                        ClientExtensions.renegotiationInfo(), ClientExtensions.renegotiationInfo()))),
                Status.FAIL,
                "came twice");
    }

    @Test
    void a_session_id_that_is_not_the_clients_in_tls_13_is_caught() {
        assertJudged(
                answeredWith(
                        "TLS-S-50",
                        Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_AES_128_GCM_SHA256)
                                .identified(OctetString.zeros(32))
                                .with(new Extension(Extension.SUPPORTED_VERSIONS, OctetString.hex("0304")))),
                Status.FAIL,
                "the session id of the client was not sent back");
    }

    @Test
    void a_protocol_of_another_kind_is_caught() {
        assertJudged(
                answeredWith(
                        "TLS-S-44",
                        Flight.of(ProtocolVersion.TLS12, USUAL)
                                .with(new Extension(Extension.ALPN, OctetString.hex("0003 02 6832")))),
                Status.FAIL,
                "'h2' was chosen");
    }

    @Test
    void a_protocol_of_another_kind_in_tls_13_is_caught() {
        try (LoopbackServer web = GoodServer.with(GoodServer.SERVER, socket -> {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            parameters.setProtocols(new String[] {"TLSv1.3"});
            socket.setSSLParameters(parameters);
        })) {
            assertJudged(TlsCheckHarness.judge("TLS-S-44", web.port()), Status.FAIL, "TLSv1.3: of [h2");
        }
    }

    /** Its answers depend on the padding, as those of the servers of ROBOT did. */
    private static void oracle(Socket socket, int wrongPadding) throws IOException {
        TlsRecord first = TlsRecord.read(socket.getInputStream());
        ClientHello hello = ClientHello.parse(first.content());
        if (!hello.suites().contains(RSA.code())) {
            return;
        }
        try {
            socket.getOutputStream()
                    .write(Flight.of(ProtocolVersion.TLS12, RSA)
                            .showing(List.of(
                                    OctetString.of(RSA_SERVER.certificate().getEncoded())))
                            .octets()
                            .array());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        TlsRecord exchange = TlsRecord.read(socket.getInputStream());
        assertThat(exchange.content().at(0)).isEqualTo(CLIENT_KEY_EXCHANGE);
        RSAPrivateKey key = (RSAPrivateKey) RSA_SERVER.key();
        int length = key.getModulus().bitLength() / 8;
        BigInteger block = new BigInteger(
                        1,
                        exchange.content().slice(6, exchange.content().length()).array())
                .modPow(key.getPrivateExponent(), key.getModulus());
        boolean right = block.shiftRight(8 * (length - 2)).intValue() == 2;
        socket.getOutputStream()
                .write(OctetString.hex("15 0303 0002 02"
                                + (right ? "14" : HexFormat.of().toHexDigits((byte) wrongPadding)))
                        .array());
    }

    @Test
    void a_server_that_tells_paddings_apart_is_caught() {
        try (LoopbackServer weak = LoopbackServer.serving(socket -> oracle(socket, 40))) {
            assertJudged(TlsCheckHarness.judge("TLS-S-45", weak.port()), Status.FAIL, "handshake_failure");
        }
    }

    @Test
    void a_server_that_answers_all_paddings_alike_passes() {
        try (LoopbackServer right = LoopbackServer.serving(socket -> oracle(socket, 20))) {
            assertJudged(TlsCheckHarness.judge("TLS-S-45", right.port()), Status.PASS, "bad_record_mac");
        }
    }

    @Test
    void a_server_of_the_runtime_with_rsa_key_transport_passes() {
        try (LoopbackServer right = GoodServer.with(RSA_SERVER, socket -> {})) {
            assertJudged(TlsCheckHarness.judge("TLS-S-45", right.port()), Status.PASS, "were answered twice");
        }
    }

    @Test
    void a_server_that_never_finishes_tls_13_does_not_speak_it() {
        OctetString encrypted = OctetString.hex("17 0303 0040").and(OctetString.zeros(64));
        try (LoopbackServer newest = GoodServer.speaking("TLSv1.3");
                LoopbackServer broken = LoopbackServer.serving(client -> {
                    try (Socket server = newest.connect()) {
                        server.getOutputStream()
                                .write(TlsRecord.read(client.getInputStream())
                                        .octets()
                                        .array());
                        TlsRecord hello = TlsRecord.read(server.getInputStream());
                        client.getOutputStream().write(hello.octets().array());
                        if (hello.type() == 22) {
                            client.getOutputStream().write(encrypted.array());
                        }
                    }
                })) {
            Verdict verdict = TlsCheckHarness.judge("TLS-S-01", broken.port());
            assertJudged(verdict, Status.FAIL, "no handshake can be finished");
            assertThat(verdict.detail()).contains("neither TLSv1.2 nor TLSv1.3");
            assertThat(TlsCheckHarness.judge("TLS-S-02", broken.port()).status())
                    .isNotEqualTo(Status.PASS);
        }
    }

    /** Its handshakes take place one after the other; sessions do not wait for each other. */
    @Test
    void a_server_of_one_handshake_at_a_time_is_warned_of() {
        ReentrantLock shaking = new ReentrantLock();
        try (LoopbackServer serial = LoopbackServer.serving(client -> {
            try (Socket server = good.connect()) {
                shaking.lock();
                try {
                    TlsRecord hello = TlsRecord.read(client.getInputStream());
                    server.getOutputStream().write(hello.octets().array());
                } finally {
                    shaking.unlock();
                }
                LoopbackServer.start(() -> Relay.pump(server, client));
                Relay.pump(client, server);
            }
        })) {
            assertJudged(
                    TlsCheckHarness.judgeImpatiently("TLS-S-15a", serial.port()),
                    Status.WARN,
                    "no other client was served");
        }
    }

    @Test
    void a_limit_on_the_connections_of_a_client_is_no_fault_of_stalls() {
        try (LoopbackServer limited = LoopbackServer.servingAtMost(3, client -> {
            try (Socket server = good.connect()) {
                LoopbackServer.start(() -> Relay.pump(server, client));
                Relay.pump(client, server);
            }
        })) {
            assertJudged(
                    TlsCheckHarness.judge("TLS-S-15a", limited.port()),
                    Status.INCONCLUSIVE,
                    "a limit on the connections of one client");
        }
    }

    @Test
    void one_certificate_on_two_ports_without_alpn_is_warned_of() {
        try (LoopbackServer second = GoodServer.start()) {
            assertJudged(besides(second), Status.WARN, "has the same certificate");
        }
    }

    @Test
    void two_certificates_on_two_ports_pass() {
        try (LoopbackServer second = GoodServer.with(RSA_SERVER, socket -> {})) {
            assertJudged(besides(second), Status.PASS, "another certificate");
        }
    }

    @Test
    void one_certificate_on_two_ports_passes_where_alpn_is_enforced() {
        try (LoopbackServer second = GoodServer.with(GoodServer.SERVER, socket -> {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"smtp"});
            socket.setSSLParameters(parameters);
        })) {
            assertJudged(besides(second), Status.PASS, "are refused");
        }
    }

    private static Verdict besides(LoopbackServer second) {
        var topic = new OtherPortTopic(target -> new Target(target.scheme(), target.host(), second.port()));
        try (var context = new CheckContext(
                new Target(Scheme.SMTPS, "127.0.0.1", good.port()),
                TlsCheckHarness.settings(Duration.ofSeconds(20)),
                TlsCheckHarness.smtp())) {
            return topic.checks().get(0).judge(context);
        }
    }
}
