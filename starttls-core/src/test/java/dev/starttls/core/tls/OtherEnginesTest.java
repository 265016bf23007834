package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pump around engines of Bouncy Castle and Conscrypt, on either side of one of SunJSSE or of their own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OtherEnginesTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** Whose engine. */
    enum Maker {
        SUN,
        BOUNCY_CASTLE,
        CONSCRYPT;

        SSLContext context(Optional<Issued> identity) throws GeneralSecurityException, IOException {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            if (identity.isPresent()) {
                keys.setKeyEntry(
                        "own",
                        identity.get().key(),
                        new char[0],
                        identity.get().chain().toArray(Certificate[]::new));
            }
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("root", CERTIFICATES.root());
            Optional<Provider> provider =
                    switch (this) {
                        case SUN -> Optional.empty();
                        case BOUNCY_CASTLE -> Optional.of(new BouncyCastleJsseProvider(new BouncyCastleProvider()));
                        case CONSCRYPT ->
                            Optional.of(Conscrypt.newProviderBuilder()
                                    .provideTrustManager(true)
                                    .build());
                    };
            KeyManagerFactory keyManagers = this == BOUNCY_CASTLE
                    ? KeyManagerFactory.getInstance("PKIX", provider.get())
                    : KeyManagerFactory.getInstance("SunX509");
            keyManagers.init(keys, new char[0]);
            TrustManagerFactory trust = provider.isPresent()
                    ? TrustManagerFactory.getInstance("PKIX", provider.get())
                    : TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            SSLContext context = provider.isPresent()
                    ? SSLContext.getInstance("TLS", provider.get())
                    : SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BOUNCY_CASTLE, SUN, TLSv1.2",
        "BOUNCY_CASTLE, SUN, TLSv1.3",
        "SUN, BOUNCY_CASTLE, TLSv1.2",
        "SUN, BOUNCY_CASTLE, TLSv1.3",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.2",
        "BOUNCY_CASTLE, BOUNCY_CASTLE, TLSv1.3",
        "CONSCRYPT, SUN, TLSv1.2",
        "CONSCRYPT, SUN, TLSv1.3",
        "SUN, CONSCRYPT, TLSv1.2",
        "SUN, CONSCRYPT, TLSv1.3",
        "CONSCRYPT, CONSCRYPT, TLSv1.2",
        "CONSCRYPT, CONSCRYPT, TLSv1.3",
        "BOUNCY_CASTLE, CONSCRYPT, TLSv1.3",
        "CONSCRYPT, BOUNCY_CASTLE, TLSv1.3"
    })
    void a_session_lives_from_handshake_to_close(Maker client, Maker server, String version)
            throws GeneralSecurityException, IOException {
        SSLContext ours = client.context(Optional.empty());
        SSLContext theirs = server.context(Optional.of(CERTIFICATES.localhost(KeyKind.EC)));
        for (int[] sizes : new int[][] {{32_768, 32_768}, {1, 32_768}, {7, 3}, {20_000, 0}}) {
            Side[] sides = sides(ours, theirs, version);
            for (Side side : sides) {
                side.networkSize = () -> sizes[0];
                side.applicationSize = () -> sizes[1];
            }
            Side.handshake(sides[0], sides[1]);
            for (Side side : sides) {
                side.applicationSize = () -> Math.max(1, sizes[1]);
                assertThat(side.pump.session().getProtocol()).isEqualTo(version);
            }
            assertThat(sides[0].pump.resumed()).isEqualTo(sides[1].pump.resumed());
            TlsPumpHandshakeTest.exchange(sides, sizes[0] > 1000 ? 40_000 : 2_000);
            sides[0].pump.closeOutbound();
            Side.settle(sides[0], sides[1]);
            assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
            assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.CLOSED);
            assertThat(sides[1].pump.closeNotifyReceived()).isTrue();
            sides[1].pump.closeOutbound();
            Side.settle(sides[0], sides[1]);
            assertThat(sides[1].lastSend).isEqualTo(TlsStatus.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({"BOUNCY_CASTLE, TLSv1.2", "BOUNCY_CASTLE, TLSv1.3", "CONSCRYPT, TLSv1.2", "CONSCRYPT, TLSv1.3"})
    void a_refused_certificate_is_told_to_the_server(Maker client, String version)
            throws GeneralSecurityException, IOException {
        Side[] sides = sides(
                client.context(Optional.empty()), Maker.SUN.context(Optional.of(CERTIFICATES.selfSigned())), version);
        assertThatThrownBy(() -> Side.settle(sides[0], sides[1])).isInstanceOf(SSLException.class);
        assertThat(sides[0].pump.established()).isFalse();
        while (sides[0].send()) {}
        assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
        SSLException heard = catchThrowableOfType(SSLException.class, () -> {
            while (sides[1].receive()) {}
        });
        assertThat(heard).hasMessageContaining("alert");
    }

    private static Side[] sides(SSLContext ours, SSLContext theirs, String version) throws GeneralSecurityException {
        TlsSettings client =
                TlsSettings.builder().context(ours).versions(version).build();
        TlsSettings server =
                TlsSettings.builder().context(theirs).versions(version).build();
        Side one = new Side(client.clientEngine("localhost", 25, Verification.NONE));
        Side other = new Side(server.serverEngine("127.0.0.1", 40_000, Optional.empty()));
        Side.connect(one, other);
        return new Side[] {one, other};
    }
}
