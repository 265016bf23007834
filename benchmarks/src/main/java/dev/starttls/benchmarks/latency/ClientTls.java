package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;

/** The TLS settings of one client: trust in one certificate, and a session cache of its own. */
final class ClientTls {

    /** The provider of the engines. */
    enum Maker {
        /** SunJSSE. */
        JDK,
        /** BoringSSL as Conscrypt wraps it. */
        CONSCRYPT,
        /** BoringSSL as netty-tcnative wraps it; it has no SSLContext. */
        TCNATIVE
    }

    private final Maker maker;
    private final ClientTrust trust;
    private SSLContext context;
    private EngineSource engines;

    /**
     * Trust without any session.
     *
     * @param certificate of the server, as DER
     */
    ClientTls(Maker maker, byte[] certificate) throws GeneralSecurityException, IOException {
        this.maker = maker;
        this.trust = new ClientTrust(Contexts.trust(certificate));
        renew();
    }

    /** For clients that use a context; not for {@link Maker#TCNATIVE}. */
    SSLContext context() {
        return context;
    }

    /** The settings of this library. */
    TlsSettings settings(String version) {
        TlsSettings.Builder settings = TlsSettings.builder().versions(version);
        return (maker == Maker.JDK ? settings.context(context) : settings.engines(engines)).build();
    }

    /** Removes all sessions, so that the next handshake is a full one. */
    void forget() throws GeneralSecurityException, IOException {
        if (maker == Maker.JDK) {
            Contexts.forget(context);
        } else {
            renew();
        }
    }

    /** How many handshakes were full ones up to now. */
    long fullHandshakes() {
        return trust.asked();
    }

    private void renew() throws GeneralSecurityException, IOException {
        switch (maker) {
            case JDK -> {
                context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {trust}, null);
                engines = context::createSSLEngine;
            }
            case CONSCRYPT -> {
                context = SSLContext.getInstance("TLS", Shared.CONSCRYPT);
                context.init(null, new TrustManager[] {trust}, null);
                engines = context::createSSLEngine;
            }
            case TCNATIVE -> {
                SslContext boring = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL)
                        .trustManager(trust)
                        .endpointIdentificationAlgorithm(null)
                        .build();
                engines = (host, port) -> boring.newEngine(UnpooledByteBufAllocator.DEFAULT, host, port);
            }
        }
    }

    /** Loaded only by clients that use it. */
    private static final class Shared {
        private static final Provider CONSCRYPT =
                Conscrypt.newProviderBuilder().provideTrustManager(false).build();
    }
}
