package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TestCertificatesTest {

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void a_good_leaf_is_signed_by_the_root_and_names_localhost(KeyKind kind) throws Exception {
        Issued issued = certificates.localhost(kind);
        issued.leaf().verify(certificates.root().getPublicKey());
        issued.leaf().checkValidity();
        assertThat(issued.leaf().getSubjectAlternativeNames()).hasSize(2);
        assertThat(issued.leaf().getPublicKey().getAlgorithm()).isEqualTo(kind.name());
    }

    @Test
    void each_bad_leaf_is_wrong_in_the_way_it_says() throws Exception {
        assertThatThrownBy(() -> certificates.expired().leaf().checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
        assertThatThrownBy(() -> certificates.notYetValid().leaf().checkValidity())
                .isInstanceOf(CertificateNotYetValidException.class);
        assertThat(certificates.commonNameOnly().leaf().getSubjectAlternativeNames())
                .isNull();
        Issued own = certificates.selfSigned();
        own.leaf().verify(own.leaf().getPublicKey());
        assertThatThrownBy(() -> TestCertificates.withOwnRoot()
                        .localhost(KeyKind.EC)
                        .leaf()
                        .verify(certificates.root().getPublicKey()))
                .isInstanceOf(java.security.SignatureException.class);
    }
}
