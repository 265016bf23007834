package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StaplingTopicTest {

    private static final Issuer DEMANDING =
            Forge.by(GoodServer.ROOT).mustStaple().issue();
    private static final Issuer PLAIN = Forge.by(GoodServer.ROOT).issue();

    @TempDir
    private Path folder;

    /** A response of the root for a certificate, one hour old. */
    private static OCSPResp response(X509Certificate about, CertificateStatus status, Instant until) throws Exception {
        X509Certificate root = GoodServer.ROOT.certificate();
        DigestCalculator sha1 = new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
        BasicOCSPRespBuilder builder =
                new BasicOCSPRespBuilder(new RespID(new JcaX509CertificateHolder(root).getSubject()));
        builder.addResponse(
                new CertificateID(sha1, new JcaX509CertificateHolder(root), about.getSerialNumber()),
                status,
                Date.from(until.minus(Duration.ofDays(1))),
                Date.from(until),
                null);
        return new OCSPRespBuilder()
                .build(
                        OCSPRespBuilder.SUCCESSFUL,
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA").build(GoodServer.ROOT.key()),
                                new X509CertificateHolder[0],
                                Date.from(until.minus(Duration.ofDays(1)))));
    }

    private OpensslServer stapling(Issuer identity, OCSPResp response) throws Exception {
        Path file = Files.write(folder.resolve("response.der"), response.getEncoded());
        return OpensslServer.start(folder, identity, "-status_file", file.toString());
    }

    private static void assertJudged(String id, OpensslServer server, Status status, String because) {
        try (server) {
            Verdict verdict = TlsCheckHarness.judgeEcho(id, server.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
            assertThat(verdict.detail()).contains(because);
        }
    }

    private static CertificateStatus revoked() {
        return new RevokedStatus(Date.from(Instant.now().minus(Duration.ofDays(2))), 1);
    }

    private static Instant tomorrow() {
        return Instant.now().plus(Duration.ofHours(23));
    }

    @Test
    void a_certificate_that_demands_a_response_without_one_is_caught() throws Exception {
        assertJudged(
                "TLS-S-33", OpensslServer.start(folder, DEMANDING), Status.FAIL, "none came in TLSv1.3 for a client");
        assertJudged(
                "TLS-S-33", OpensslServer.start(folder, DEMANDING, "-tls1_2"), Status.FAIL, "none came in TLSv1.2");
    }

    @Test
    void a_certificate_that_demands_a_response_and_has_one_passes() throws Exception {
        OCSPResp good = response(DEMANDING.certificate(), CertificateStatus.GOOD, tomorrow());
        assertJudged("TLS-S-33", stapling(DEMANDING, good), Status.PASS, "a response came");
    }

    @Test
    void a_response_that_says_good_passes() throws Exception {
        OCSPResp good = response(PLAIN.certificate(), CertificateStatus.GOOD, tomorrow());
        assertJudged("TLS-S-34", stapling(PLAIN, good), Status.PASS, "the certificate is good");
        assertJudged("TLS-S-33", stapling(PLAIN, good), Status.SKIP, "");
    }

    @Test
    void a_revoked_certificate_is_caught() throws Exception {
        OCSPResp revoked = response(PLAIN.certificate(), revoked(), tomorrow());
        assertJudged("TLS-S-34", stapling(PLAIN, revoked), Status.FAIL, "revoked");
    }

    @Test
    void a_response_that_is_out_of_date_or_for_another_certificate_is_warned_of() throws Exception {
        OCSPResp old = response(
                PLAIN.certificate(), CertificateStatus.GOOD, Instant.now().minus(Duration.ofDays(3)));
        OCSPResp other = response(GoodServer.SERVER.certificate(), CertificateStatus.GOOD, tomorrow());
        assertJudged("TLS-S-34", stapling(PLAIN, old), Status.WARN, "out-of-date");
        assertJudged("TLS-S-34", stapling(PLAIN, other), Status.WARN, "of no use");
    }
}
