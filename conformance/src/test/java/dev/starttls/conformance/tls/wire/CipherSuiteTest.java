package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CipherSuiteTest {

    @Test
    void no_two_suites_have_the_same_number() {
        assertThat(Arrays.stream(CipherSuite.values()).map(CipherSuite::code).collect(Collectors.toSet()))
                .hasSize(CipherSuite.values().length);
    }

    @Test
    void what_is_forbidden_is_read_off_the_name() {
        assertThat(CipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_RSA_WITH_DES_CBC_SHA.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_ECDH_anon_WITH_AES_128_CBC_SHA.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_ECDHE_RSA_WITH_RC4_128_SHA.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_RSA_WITH_NULL_SHA256.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_RSA_EXPORT1024_WITH_RC4_56_SHA.prohibition()).isPresent();
        assertThat(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA.prohibition()).isEmpty();
        assertThat(CipherSuite.TLS_FALLBACK_SCSV.prohibition()).isEmpty();
        assertThat(CipherSuite.modern()).allMatch(suite -> suite.prohibition().isEmpty());
    }

    @Test
    void forward_secrecy_is_read_off_the_name() {
        assertThat(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.isForwardSecret())
                .isTrue();
        assertThat(CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256.isForwardSecret())
                .isTrue();
        assertThat(CipherSuite.TLS_AES_128_GCM_SHA256.isForwardSecret()).isTrue();
        assertThat(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256.isForwardSecret())
                .isFalse();
        assertThat(CipherSuite.TLS_ECDH_RSA_WITH_AES_128_CBC_SHA.isForwardSecret())
                .isFalse();
    }

    @Test
    void an_unknown_suite_is_reported_by_its_number() {
        assertThat(CipherSuite.label(0xfefe)).isEqualTo("0xfefe");
        assertThat(CipherSuite.label(0x1301)).isEqualTo("TLS_AES_128_GCM_SHA256");
    }
}
