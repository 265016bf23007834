package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.AlgorithmConstraints;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.interfaces.DHPublicKey;
import javax.crypto.spec.DHParameterSpec;
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
    @ValueSource(strings = {"SHA1withRSA", "SHA1withECDSA", "SHA-1withDSA", "MD5withRSA", "md5WITHrsa"})
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

    /** RFC 9325 section 4.5. */
    @Test
    void a_client_that_verifies_its_server_takes_no_short_key_and_a_server_says_nothing_of_it() {
        for (Key shorter : List.of(rsa(2047), dh(2047), ec(223))) {
            assertThat(SignatureRules.WITH_KEYS.permits(SIGNATURE, shorter)).isFalse();
            assertThat(SignatureRules.RULES.permits(SIGNATURE, shorter)).isTrue();
        }
        for (Key longer : List.of(rsa(2048), dh(2048), ec(224), Mockito.mock(PublicKey.class))) {
            assertThat(SignatureRules.WITH_KEYS.permits(SIGNATURE, longer)).isTrue();
        }
    }

    @Test
    void algorithm_and_key_must_both_be_permitted() {
        SignatureRules rules = SignatureRules.WITH_KEYS;
        assertThat(rules.permits(SIGNATURE, "SHA256withRSA", rsa(2048), null)).isTrue();
        assertThat(rules.permits(SIGNATURE, "SHA1withRSA", rsa(2048), null)).isFalse();
        assertThat(rules.permits(SIGNATURE, "SHA256withRSA", rsa(2047), null)).isFalse();
    }

    @Test
    void a_clients_engine_obeys_them_where_the_server_is_verified_or_judged_by_a_rule() throws Exception {
        TlsSettings ruled = TlsSettings.builder()
                .serverVerifier((server, chain) -> ServerVerifier.accept())
                .build();
        ServerIdentity server = ServerIdentity.of("localhost");
        assertThat(constraints(PeerCheck.clientEngine(TlsSettings.defaults(), server, 25, Verification.FULL)))
                .isSameAs(SignatureRules.WITH_KEYS);
        assertThat(constraints(PeerCheck.clientEngine(ruled, server, 25, Verification.NONE)))
                .isSameAs(SignatureRules.WITH_KEYS);
        assertThat(constraints(PeerCheck.clientEngine(TlsSettings.defaults(), server, 25, Verification.NONE)))
                .isNotInstanceOf(SignatureRules.class);
    }

    @Test
    void a_servers_engine_obeys_them() throws Exception {
        SSLEngine engine = TlsSettings.builder().build().serverEngine("client", -1, Optional.empty());
        assertThat(engine.getSSLParameters().getAlgorithmConstraints().permits(SIGNATURE, "SHA1withRSA", null))
                .isFalse();
    }

    @Test
    void an_engine_without_constraints_is_given_none() throws Exception {
        for (boolean client : new boolean[] {false, true}) {
            SSLEngine engine = Mockito.mock(SSLEngine.class);
            Mockito.when(engine.getSSLParameters()).thenReturn(new SSLParameters());
            Mockito.when(engine.getSupportedProtocols()).thenReturn(new String[] {"TLSv1.3"});
            TlsSettings settings =
                    TlsSettings.builder().engines((host, port) -> engine).build();
            SSLEngine made = client
                    ? PeerCheck.clientEngine(settings, ServerIdentity.of("localhost"), 25, Verification.FULL)
                    : settings.serverEngine("client", -1, Optional.empty());
            ArgumentCaptor<SSLParameters> set = ArgumentCaptor.forClass(SSLParameters.class);
            Mockito.verify(made).setSSLParameters(set.capture());
            assertThat(set.getValue().getAlgorithmConstraints()).isNull();
        }
    }

    private static AlgorithmConstraints constraints(SSLEngine engine) {
        return engine.getSSLParameters().getAlgorithmConstraints();
    }

    private static Key rsa(int bits) {
        RSAPublicKey key = Mockito.mock(RSAPublicKey.class);
        Mockito.when(key.getModulus()).thenReturn(number(bits));
        return key;
    }

    private static Key dh(int bits) {
        DHPublicKey key = Mockito.mock(DHPublicKey.class);
        Mockito.when(key.getParams()).thenReturn(new DHParameterSpec(number(bits), BigInteger.TWO));
        return key;
    }

    private static Key ec(int bits) {
        EllipticCurve curve = new EllipticCurve(new ECFieldFp(number(bits)), BigInteger.ONE, BigInteger.ONE);
        ECPublicKey key = Mockito.mock(ECPublicKey.class);
        Mockito.when(key.getParams())
                .thenReturn(new ECParameterSpec(curve, new ECPoint(BigInteger.ONE, BigInteger.ONE), number(bits), 1));
        return key;
    }

    private static BigInteger number(int bits) {
        return BigInteger.ONE.shiftLeft(bits - 1).setBit(0);
    }
}
