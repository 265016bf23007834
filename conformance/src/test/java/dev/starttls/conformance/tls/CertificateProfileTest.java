package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers whose certificate is trusted and names them, but says something about itself that clients refuse. */
@Timeout(120)
class CertificateProfileTest {

    private static Forge forge() {
        return Forge.by(GoodServer.ROOT);
    }

    private static void assertJudged(String id, Forge forge, Status status, String because) {
        assertJudged(id, ManyCertificates.with(forge.issue()), status, because);
    }

    private static void assertJudged(String id, LoopbackServer server, Status status, String because) {
        try (server) {
            Verdict verdict = TlsCheckHarness.judge(id, server.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
            assertThat(verdict.detail()).contains(because);
        }
    }

    @Test
    void a_key_that_may_not_sign_is_caught() {
        assertJudged("TLS-S-30", forge().usage(KeyUsage.keyAgreement), Status.FAIL, "without digitalSignature");
        assertJudged("TLS-S-30", forge().rsa().usage(KeyUsage.keyEncipherment), Status.FAIL, "[keyEncipherment]");
    }

    @Test
    void a_key_that_may_sign_passes_whatever_else_it_may() {
        assertJudged("TLS-S-30", forge().usage(KeyUsage.digitalSignature), Status.PASS, "digitalSignature");
        int both = KeyUsage.digitalSignature | KeyUsage.keyEncipherment;
        assertJudged("TLS-S-30", forge().rsa().usage(both), Status.PASS, "digitalSignature, keyEncipherment");
        assertJudged("TLS-S-30", forge(), Status.PASS, "not limited");
    }

    /** A server of RSA key transport alone never signs. */
    private static LoopbackServer transporting(Issuer identity) {
        return GoodServer.with(identity, socket -> {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_GCM_SHA256"});
        });
    }

    @Test
    void a_key_is_judged_by_what_the_server_does_with_it() {
        Issuer decrypting = forge().rsa().usage(KeyUsage.keyEncipherment).issue();
        Issuer signing = forge().rsa().usage(KeyUsage.digitalSignature).issue();
        assertJudged("TLS-S-30", transporting(decrypting), Status.PASS, "keyEncipherment");
        assertJudged("TLS-S-30", transporting(signing), Status.FAIL, "without keyEncipherment");
    }

    @Test
    void a_server_that_never_signs_was_not_seen_to_sign_well() {
        assertJudged("TLS-S-06b", transporting(forge().rsa().issue()), Status.SKIP, "no suite that signs");
    }

    @Test
    void a_certificate_of_version_1_is_caught() {
        assertJudged("TLS-S-31", forge().ofVersion1(), Status.FAIL, "version 1 instead of 3");
    }

    @Test
    void a_serial_number_that_is_not_positive_or_too_long_is_caught() {
        assertJudged("TLS-S-31", forge().serial("0"), Status.FAIL, "serial number 0");
        assertJudged("TLS-S-31", forge().serial("-5"), Status.FAIL, "serial number -5");
        assertJudged("TLS-S-31", forge().serial("1" + "0".repeat(40)), Status.FAIL, "21 octets");
        assertJudged("TLS-S-31", forge().serial("7f" + "0".repeat(38)), Status.PASS, "version 3");
    }

    @Test
    void a_critical_extension_that_nobody_knows_is_caught() {
        assertJudged("TLS-S-31", forge().withUnknownCriticalExtension(), Status.FAIL, "1.3.6.1.4.1.99999.1");
    }

    @Test
    void a_certificate_that_may_sign_others_is_caught_or_warned_of() {
        int usage = KeyUsage.digitalSignature | KeyUsage.keyCertSign;
        assertJudged("TLS-S-31", forge().usage(usage), Status.FAIL, "keyCertSign");
        assertJudged("TLS-S-31", forge().usage(usage).ofAuthority(), Status.WARN, "it is a CA's");
    }

    @Test
    void a_weak_key_is_caught() {
        assertJudged("TLS-S-32", forge().rsa(1024), Status.FAIL, "RSA 1024 bits");
        assertJudged("TLS-S-32", forge().rsa(), Status.PASS, "RSA 2048");
        assertJudged("TLS-S-32", forge(), Status.PASS, "EC 256 on secp256r1");
    }
}
