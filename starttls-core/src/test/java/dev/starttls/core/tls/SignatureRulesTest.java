package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.CryptoPrimitive;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import org.mockito.Mockito;

class SignatureRulesTest {

    private static final Set<CryptoPrimitive> SIGNATURE = EnumSet.of(CryptoPrimitive.SIGNATURE);

    @ParameterizedTest
    @ValueSource(strings = {"SHA1withRSA", "SHA1withECDSA", "SHA-1withDSA", "MD5withRSA"})
    void nothing_is_signed_with_md5_or_sha_1(String algorithm) {
        assertThat(SignatureRules.RULES.permits(SIGNATURE, algorithm, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA256withRSA", "SHA384withECDSA", "RSASSA-PSS", "Ed25519"})
    void stronger_signatures_are_permitted(String algorithm) {
        assertThat(SignatureRules.RULES.permits(SIGNATURE, algorithm, null)).isTrue();
    }

    @Test
    void a_digest_that_signs_nothing_is_no_concern_of_the_rules() {
        assertThat(SignatureRules.RULES.permits(EnumSet.of(CryptoPrimitive.MAC), "SHA1withRSA", null))
                .isTrue();
    }

    @Test
    void a_servers_engine_obeys_them() throws Exception {
        SSLEngine engine = TlsSettings.builder().build().serverEngine("client", -1, Optional.empty());
        assertThat(engine.getSSLParameters().getAlgorithmConstraints().permits(SIGNATURE, "SHA1withRSA", null))
                .isFalse();
    }

    @Test
    void an_engine_without_constraints_is_given_none() throws Exception {
        SSLEngine engine = Mockito.mock(SSLEngine.class);
        Mockito.when(engine.getSSLParameters()).thenReturn(new SSLParameters());
        Mockito.when(engine.getSupportedProtocols()).thenReturn(new String[] {"TLSv1.3"});
        SSLEngine made = TlsSettings.builder()
                .engines((host, port) -> engine)
                .build()
                .serverEngine("client", -1, Optional.empty());
        ArgumentCaptor<SSLParameters> set = ArgumentCaptor.forClass(SSLParameters.class);
        Mockito.verify(made).setSSLParameters(set.capture());
        assertThat(set.getValue().getAlgorithmConstraints()).isNull();
    }
}
