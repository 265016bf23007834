package dev.starttls.core.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** The engines of a context; a class, since a lambda would have to be linked by the first upgrade. */
record ContextEngines(SSLContext context) implements EngineSource {

    /** Those for who has set nothing. */
    static EngineSource ofPlatform(Verification verified) throws GeneralSecurityException {
        return new ContextEngines(verified == Verification.FULL ? SSLContext.getDefault() : UnverifiedContext.get());
    }

    /** The same of the default context. */
    static boolean platformMayHaveKeys() {
        try {
            return new ContextEngines(SSLContext.getDefault()).mayHaveKeys();
        } catch (GeneralSecurityException e) {
            // Said where an engine is made.
            return true;
        }
    }

    /**
     * Whether there could be a key. What the JDK makes itself is named "Default" and has keys only of a store that this
     * property names. Of any other context nothing can be known: one without a key fails the handshake as one does whose
     * key manager has none for the name that was tried.
     */
    boolean mayHaveKeys() {
        return !context.getProtocol().equals("Default") || System.getProperty("javax.net.ssl.keyStore") != null;
    }

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return context.createSSLEngine(peerHost, peerPort);
    }
}
