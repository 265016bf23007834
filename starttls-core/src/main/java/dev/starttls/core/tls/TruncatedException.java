package dev.starttls.core.tls;

import javax.net.ssl.SSLException;

/**
 * The connection ended without close_notify: an attacker may have cut it short, and what was received may be incomplete (RFC
 * 8446 section 6.1). It is not an end of stream.
 */
public final class TruncatedException extends SSLException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param phase when the connection ended, for the message: "during the handshake" or "inside TLS"
     */
    public TruncatedException(String phase) {
        super("Expected close_notify before the end of the connection, got the end without it " + phase
                + "; what was received may be incomplete. If the peer is known to close like this, relax it with"
                + " TlsSettings.Builder.truncation(Truncation.ACCEPTED)");
    }
}
