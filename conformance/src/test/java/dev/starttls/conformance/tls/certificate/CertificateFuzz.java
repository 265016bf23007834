package dev.starttls.conformance.tls.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** For every certificate that Java can read there is a verdict and a line of the report. */
class CertificateFuzz {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @FuzzTest
    void certificates(byte[] input) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509Certificate certificate;
        try {
            certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(input));
        } catch (CertificateException e) {
            return;
        }
        assertThat(CertificateFacts.of(certificate).key()).isNotBlank();
        assertThat(NameRules.judge(certificate, ServerIdentity.of("localhost"))).isNotNull();
        assertThat(NameRules.judge(certificate, ServerIdentity.of("127.0.0.1"))).isNotNull();
        assertThat(CertificateFacts.curve(certificate.getPublicKey())).isNotNull();
        assertThat(new ChainRules(List.of(), NOW).judge(List.of(certificate))).isNotNull();
        assertThat(new ChainRules(List.of(certificate), NOW).judge(List.of(certificate, certificate)))
                .isNotNull();
    }
}
