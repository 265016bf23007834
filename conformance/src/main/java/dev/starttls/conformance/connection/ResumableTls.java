package dev.starttls.conformance.connection;

import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** TLS sessions with one server that later connections may resume, where all others begin a session of their own. */
public final class ResumableTls {
    /** The Java runtime looks sessions up by these; a value of this type serves one server only. */
    private static final String SERVER = "server";

    private static final int PORT = 1;

    private final FixedTrustManager certificates = new FixedTrustManager(TlsOffer.OnCertificate.ACCEPT);
    private final SSLContext context;
    private int judgedBefore;

    /** Without a session. */
    public ResumableTls() {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {certificates}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    /** An engine for the next connection, which offers the sessions of the earlier ones. */
    SSLEngine engine(TlsOffer offer) {
        judgedBefore = certificates.judged();
        SSLEngine engine = context.createSSLEngine(SERVER, PORT);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        offer.serverName().ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Whether the last handshake, which succeeded, resumed a session: then the server sent no certificate. */
    public boolean resumed() {
        return certificates.judged() == judgedBefore;
    }
}
