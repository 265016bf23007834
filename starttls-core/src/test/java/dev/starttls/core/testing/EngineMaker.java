package dev.starttls.core.testing;

import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.tls.EngineSource;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.conscrypt.Conscrypt;

/**
 * Those whose engines the library is tested with. Each trusts the root of {@link TestCertificates#shared}, and has its
 * own trust managers where it brings any.
 */
public enum EngineMaker {
    /** The JDK's. */
    SUN_JSSE,
    /** BoringSSL as Conscrypt wraps it. */
    CONSCRYPT,
    /** Bouncy Castle's, all of it Java. */
    BOUNCY_CASTLE,
    /** BoringSSL as netty-tcnative wraps it. */
    TCNATIVE;

    private static final char[] NO_PASSWORD = {};

    /** Makes engines for clients. */
    public EngineSource client() {
        return engines(Optional.empty());
    }

    /** What decides about a server's chain; only the first may compare the name as well. */
    public enum Trust {
        /** The trust manager that comes with the engines. */
        OWN,
        /** A user's, which has the chain verified. */
        PLAIN,
        /** A user's of the kind that is left all to itself. */
        EXTENDED;

        private TrustManager manager(TrustManager[] own) {
            X509TrustManager chain = (X509TrustManager) own[0];
            return switch (this) {
                case OWN -> chain;
                case PLAIN -> new PlainTrust(chain);
                case EXTENDED -> new ExtendedTrust(chain);
            };
        }
    }

    /** Makes engines for clients, with a trust manager of this kind. */
    public EngineSource client(Trust trust) {
        try {
            return client(trust.manager(trustManagers()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Expected engines of " + this, e);
        }
    }

    /** Makes engines for clients, with a trust manager of the caller's. */
    public EngineSource client(TrustManager trust) {
        try {
            if (this == TCNATIVE) {
                return engines(tcnativeClient(trust));
            }
            return context(Optional.empty(), new TrustManager[] {trust})::createSSLEngine;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Expected engines of " + this, e);
        }
    }

    /** A client's context of JSSE with a trust manager of this kind. */
    public SSLContext trusting(Trust trust) throws GeneralSecurityException, IOException {
        return context(Optional.empty(), new TrustManager[] {trust.manager(trustManagers())});
    }

    /** Makes engines for servers, or for clients with a certificate of their own. */
    public EngineSource with(Issued identity) {
        return engines(Optional.of(identity));
    }

    private EngineSource engines(Optional<Issued> identity) {
        try {
            return this == TCNATIVE
                    ? engines(
                            identity.isPresent() ? tcnativeServer(identity.get()) : tcnativeClient(trustManagers()[0]))
                    : context(identity)::createSSLEngine;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Expected engines of " + this, e);
        }
    }

    private static EngineSource engines(SslContext context) {
        return (host, port) -> context.newEngine(UnpooledByteBufAllocator.DEFAULT, host, port);
    }

    private static SslContext tcnativeClient(TrustManager trust) throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(trust)
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    private static SslContext tcnativeServer(Issued identity) throws SSLException {
        return SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(SslProvider.OPENSSL)
                .keyStoreType(TestCertificates.STORE_TYPE)
                .trustManager(root())
                .build();
    }

    /** A context of JSSE, of which tcnative has none. */
    public SSLContext context(Optional<Issued> identity) throws GeneralSecurityException, IOException {
        return context(identity, trustManagers());
    }

    private SSLContext context(Optional<Issued> identity, TrustManager[] trust)
            throws GeneralSecurityException, IOException {
        KeyStore keys = TestCertificates.emptyStore();
        if (identity.isPresent()) {
            keys.setKeyEntry(
                    "own",
                    identity.get().key(),
                    NO_PASSWORD,
                    identity.get().chain().toArray(Certificate[]::new));
        }
        // The JDK's algorithm PKIX asks the engine what the peer can verify, and Conscrypt's does not say; and it
        // decrypts the key anew for each handshake.
        KeyManagerFactory keyManagers =
                switch (this) {
                    case SUN_JSSE, CONSCRYPT -> KeyManagerFactory.getInstance("SunX509");
                    default -> KeyManagerFactory.getInstance("PKIX", Providers.of(this));
                };
        keyManagers.init(keys, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS", Providers.of(this));
        context.init(keyManagers.getKeyManagers(), trust, null);
        return context;
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        KeyStore roots = TestCertificates.emptyStore();
        roots.setCertificateEntry("root", root());
        TrustManagerFactory trust = this == SUN_JSSE || this == TCNATIVE
                ? TrustManagerFactory.getInstance("PKIX")
                : TrustManagerFactory.getInstance("PKIX", Providers.of(this));
        trust.init(roots);
        return trust.getTrustManagers();
    }

    private static X509Certificate root() {
        return TestCertificates.shared().root();
    }

    private record PlainTrust(X509TrustManager chain) implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            chain.checkClientTrusted(certificates, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            chain.checkServerTrusted(certificates, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chain.getAcceptedIssuers();
        }
    }

    private static final class ExtendedTrust extends X509ExtendedTrustManager {

        private final X509TrustManager chain;

        ExtendedTrust(X509TrustManager chain) {
            this.chain = chain;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            chain.checkClientTrusted(certificates, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            chain.checkServerTrusted(certificates, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType, Socket socket)
                throws CertificateException {
            chain.checkClientTrusted(certificates, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType, Socket socket)
                throws CertificateException {
            chain.checkServerTrusted(certificates, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType, SSLEngine engine)
                throws CertificateException {
            chain.checkClientTrusted(certificates, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType, SSLEngine engine)
                throws CertificateException {
            chain.checkServerTrusted(certificates, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chain.getAcceptedIssuers();
        }
    }

    /** Made once: each loads its classes or its library. */
    private static final class Providers {

        private static final Provider BOUNCY_CASTLE = new BouncyCastleJsseProvider(new BouncyCastleProvider());
        private static final Provider CONSCRYPT =
                Conscrypt.newProviderBuilder().provideTrustManager(true).build();

        static Provider of(EngineMaker maker) throws GeneralSecurityException {
            return switch (maker) {
                case SUN_JSSE -> SSLContext.getDefault().getProvider();
                case CONSCRYPT -> CONSCRYPT;
                case BOUNCY_CASTLE -> BOUNCY_CASTLE;
                case TCNATIVE -> throw new GeneralSecurityException("Expected a provider, but tcnative has none");
            };
        }
    }
}
