package dev.starttls.core.tls;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLSession;

/** The exporter of {@link ExtendedSSLSession}, for Java 25 and newer; {@code src/main/java} has the class for older versions. */
final class SessionExporter {

    private SessionExporter() {}

    /**
     * Exports keying material (RFC 8446 section 7.5). Not before TLS 1.3: SunJSSE has one object for a client's session and all
     * connections that resume it, and puts the random octets of each handshake into it, so that it exports what belongs to the
     * last of them.
     */
    static byte[] export(SSLSession session, String label, byte[] context, int length) throws SSLKeyException {
        if (!session.getProtocol().equals("TLSv1.3")) {
            throw new UnsupportedOperationException("Expected TLSv1.3, got " + session.getProtocol()
                    + ", in which sessions that are resumed share what they export; try tls-server-end-point");
        }
        if (session instanceof ExtendedSSLSession extended) {
            return extended.exportKeyingMaterialData(label, context, length);
        }
        throw new UnsupportedOperationException("Expected an ExtendedSSLSession, got "
                + session.getClass().getName() + "; see EngineSource.exportKeyingMaterial");
    }
}
