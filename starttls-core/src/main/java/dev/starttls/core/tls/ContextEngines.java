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

    /** What the JDK makes itself is named "Default" and has keys only of a store that this property names. */
    static boolean platformMayHaveKeys() {
        try {
            return System.getProperty("javax.net.ssl.keyStore") != null
                    || !SSLContext.getDefault().getProtocol().equals("Default");
        } catch (GeneralSecurityException e) {
            // Said where an engine is made.
            return true;
        }
    }

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return context.createSSLEngine(peerHost, peerPort);
    }
}
