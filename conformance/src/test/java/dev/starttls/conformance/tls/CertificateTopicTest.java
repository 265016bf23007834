package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.certificate.Issuer.Order;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CertificateTopicTest {

    private static final Order ORDER = Order.server("mail.example.org");
    private static final TargetSettings SETTINGS = TlsCheckHarness.trusting(GoodServer.ROOT.certificate());

    private static Verdict judge(String id, Issuer identity) {
        return judge(id, identity, SETTINGS);
    }

    private static Verdict judge(String id, Issuer identity, TargetSettings settings) {
        try (LoopbackServer server = GoodServer.with(identity, socket -> {})) {
            return TlsCheckHarness.judge(id, server.port(), settings);
        }
    }

    private static void assertFails(Verdict verdict, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains(because);
    }

    @Test
    void an_expired_certificate_is_caught() {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        Issuer expired = GoodServer.ROOT.issue(ORDER.valid(yesterday.minus(Duration.ofDays(90)), yesterday));
        assertFails(judge("TLS-S-06", expired), "expired");
        assertThat(judge("TLS-S-07", expired).status()).isEqualTo(Status.PASS);
        assertThat(judge("TLS-S-08", expired).status()).isEqualTo(Status.WARN);
    }

    @Test
    void a_self_signed_certificate_is_caught() {
        assertFails(judge("TLS-S-06", Issuer.selfSigned(ORDER)), "self-signed");
    }

    @Test
    void an_untrusted_root_is_caught_and_so_is_one_the_runtime_does_not_know() {
        Issuer other = Issuer.selfSigned(Order.authority("Other")).issue(ORDER);
        assertFails(judge("TLS-S-06", other), "not among the trusted roots");
        TargetSettings runtime = TargetSettings.standard().withServerName("mail.example.org");
        assertFails(judge("TLS-S-06", GoodServer.SERVER, runtime), "not among the trusted roots");
        assertFails(judge("TLS-S-06", GoodServer.SERVER, runtime), "if the CA is private, give it with --trust");
        assertThat(judge("TLS-S-06", other).detail()).doesNotContain("--trust");
    }

    @Test
    void a_missing_intermediate_is_caught() {
        Issuer server = GoodServer.ROOT.issue(Order.authority("Middle")).issue(ORDER);
        Issuer alone = new Issuer(server.key(), List.of(server.certificate()));
        assertFails(judge("TLS-S-06", alone), "chain incomplete");
        assertThat(judge("TLS-S-06", server).status()).isEqualTo(Status.PASS);
    }

    @Test
    void a_signature_with_sha_1_is_caught() {
        assertFails(judge("TLS-S-06", GoodServer.ROOT.issue(ORDER.signedWith("SHA1withECDSA"))), "SHA1withECDSA");
    }

    @Test
    void another_name_is_caught() {
        Issuer other = GoodServer.ROOT.issue(Order.server("www.example.org"));
        assertFails(judge("TLS-S-07", other), "DNS:www.example.org");
        assertThat(judge("TLS-S-06", other).status()).isEqualTo(Status.PASS);
    }

    @Test
    void a_name_in_the_common_name_alone_is_caught() {
        assertFails(judge("TLS-S-07", GoodServer.ROOT.issue(ORDER.withoutNames())), "only the common name");
    }

    @Test
    void a_wildcard_names_the_server() {
        assertThat(judge("TLS-S-07", GoodServer.ROOT.issue(Order.server("*.example.org")))
                        .status())
                .isEqualTo(Status.PASS);
    }

    @Test
    void for_an_address_only_an_address_can_be_judged() {
        TargetSettings unnamed = TargetSettings.standard()
                .withTrust(SETTINGS.trust())
                .withAnswer(SETTINGS.answer())
                .withQuiet(SETTINGS.quiet());
        Issuer addressed = GoodServer.ROOT.issue(Order.server("127.0.0.1"));
        assertThat(judge("TLS-S-07", addressed, unnamed).status()).isEqualTo(Status.PASS);
        Verdict verdict = judge("TLS-S-07", GoodServer.SERVER, unnamed);
        assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("--server-name");
        Issuer elsewhere = GoodServer.ROOT.issue(Order.server("mail.example.org", "192.0.2.1"));
        assertFails(judge("TLS-S-07", elsewhere, unnamed), "'127.0.0.1' is not among");
    }

    @Test
    void a_certificate_that_is_about_to_expire_is_warned_of_by_its_lifetime() {
        Instant now = Instant.now();
        Issuer late = GoodServer.ROOT.issue(ORDER.valid(now.minus(Duration.ofDays(80)), now.plus(Duration.ofDays(10))));
        Issuer sixDays =
                GoodServer.ROOT.issue(ORDER.valid(now.minus(Duration.ofDays(3)), now.plus(Duration.ofDays(3))));
        Issuer sixDaysLate =
                GoodServer.ROOT.issue(ORDER.valid(now.minus(Duration.ofDays(5)), now.plus(Duration.ofDays(1))));
        assertThat(judge("TLS-S-08", late).status()).isEqualTo(Status.WARN);
        assertThat(judge("TLS-S-08", sixDays).status()).isEqualTo(Status.PASS);
        assertThat(judge("TLS-S-08", sixDaysLate).status()).isEqualTo(Status.WARN);
    }

    /** A server of TLS 1.0 alone, which the runtime does not speak any more. */
    private static Verdict judgeInTheClear(String id, List<OctetString> chain) {
        LoopbackServer.Handler handler = client -> {
            ClientHello hello =
                    ClientHello.parse(TlsRecord.read(client.getInputStream()).content());
            boolean old = hello.legacyVersion() == ProtocolVersion.TLS10.code();
            OctetString answer = old
                    ? Flight.of(ProtocolVersion.TLS10, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA)
                            .showing(chain)
                            .octets()
                    : OctetString.hex("15 0301 0002 0246");
            client.getOutputStream().write(answer.array());
        };
        try (LoopbackServer server = LoopbackServer.serving(handler)) {
            return TlsCheckHarness.judge(id, server.port(), SETTINGS);
        }
    }

    @Test
    void certificates_of_a_server_too_old_for_this_runtime_are_read_in_the_clear() throws Exception {
        OctetString good = OctetString.of(GoodServer.SERVER.certificate().getEncoded());
        OctetString selfSigned =
                OctetString.of(Issuer.selfSigned(ORDER).certificate().getEncoded());
        assertThat(judgeInTheClear("TLS-S-06", List.of(good)).status()).isEqualTo(Status.PASS);
        assertThat(judgeInTheClear("TLS-S-07", List.of(good)).status()).isEqualTo(Status.PASS);
        assertFails(judgeInTheClear("TLS-S-06", List.of(selfSigned)), "self-signed");
    }

    @Test
    void a_certificate_that_cannot_be_read_is_caught() {
        assertFails(judgeInTheClear("TLS-S-06", List.of(OctetString.ascii("no certificate"))), "cannot be read");
    }
}
