package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import dev.starttls.core.tls.UnverifiedTrust;
import java.security.Provider;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The key manager in other engines: they ask for key types by other names, and say less about the client. */
class OtherProvidersKeysTest {

    private static final IssuedKeys EC = TestKeys.issue("P-256", "mx.example");
    private static final IssuedKeys RSA = TestKeys.issue("RSA", "mx.example");
    private static final IssuedKeys OTHER = TestKeys.issue("RSA", "other.example");

    private static final Provider CONSCRYPT = Conscrypt.newProvider();
    private static final Provider BOUNCY_CASTLE = new BouncyCastleJsseProvider(new BouncyCastleProvider());

    static Stream<Arguments> engines() {
        return Stream.of(CONSCRYPT, BOUNCY_CASTLE)
                .flatMap(provider -> Stream.of("TLSv1.2", "TLSv1.3").map(version -> Arguments.of(provider, version)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void a_client_gets_the_key_of_its_name(Provider provider, String version) throws Exception {
        SSLContext server = context(provider, EC.open().and(OTHER.open()));
        assertThat(HandshakeClient.with(version).name("mx.example").leaf(server))
                .isEqualTo(EC.leaf());
        assertThat(HandshakeClient.with(version).name("other.example").leaf(server))
                .isEqualTo(OTHER.leaf());
        assertThat(HandshakeClient.with(version).leaf(server)).isEqualTo(EC.leaf());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bouncy_castle_gives_a_client_the_type_of_key_that_it_can_verify(String version) throws Exception {
        IssuedKeys larger = TestKeys.issue("P-384", "mx.example");
        SSLContext server = context(BOUNCY_CASTLE, larger.open().and(EC.open()).and(RSA.open()));
        assertThat(HandshakeClient.with(version).without("ecdsa").leaf(server)).isEqualTo(RSA.leaf());
        if (version.equals("TLSv1.2")) {
            assertThat(HandshakeClient.with(version).without("rsa").leaf(server))
                    .isEqualTo(larger.leaf());
            return;
        }
        // Asked for curves one by one, in the order of the client.
        assertThat(HandshakeClient.with(version).without("rsa").leaf(server)).isEqualTo(EC.leaf());
        assertThat(HandshakeClient.with(version)
                        .without("rsa", "secp256", "sha256withecdsa")
                        .leaf(server))
                .isEqualTo(larger.leaf());
    }

    /** Conscrypt does not say what the client can verify. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void conscrypt_gives_any_client_the_key_of_type_ec(String version) throws Exception {
        SSLContext server = context(CONSCRYPT, RSA.open().and(EC.open()));
        assertThat(HandshakeClient.with(version).leaf(server)).isEqualTo(EC.leaf());
    }

    private static SSLContext context(Provider provider, ServerKeys keys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS", provider);
        context.init(new KeyManager[] {keys.keyManager()}, new TrustManager[] {UnverifiedTrust.anyone()}, null);
        return context;
    }
}
