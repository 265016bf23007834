package dev.starttls.core.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** The engines of a context. A class and not a lambda, which the first upgrade would have to wait for the JVM to link. */
record ContextEngines(SSLContext context) implements EngineSource {

    /** The engines where no context and no source was set. */
    static EngineSource ofPlatform(Verification verified) throws GeneralSecurityException {
        return new ContextEngines(verified == Verification.FULL ? SSLContext.getDefault() : UnverifiedContext.get());
    }

    /** Whether the default context could have a key. */
    static boolean platformMayHaveKeys() {
        try {
            return new ContextEngines(SSLContext.getDefault()).mayHaveKeys();
        } catch (GeneralSecurityException e) {
            // Reported where an engine is made.
            return true;
        }
    }

    /**
     * Whether the context could have a key. The JDK's default context is named "Default" and has keys only of the store that
     * this property names. Of any other context nothing can be known: without a key it fails a handshake in the same way as
     * with a key manager that has no key for the name that was tried.
     */
    boolean mayHaveKeys() {
        return !context.getProtocol().equals("Default") || System.getProperty("javax.net.ssl.keyStore") != null;
    }

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return context.createSSLEngine(peerHost, peerPort);
    }
}
