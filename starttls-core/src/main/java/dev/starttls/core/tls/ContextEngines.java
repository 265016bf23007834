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

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return context.createSSLEngine(peerHost, peerPort);
    }
}
