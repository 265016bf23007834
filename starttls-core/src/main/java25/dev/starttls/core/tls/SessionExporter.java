package dev.starttls.core.tls;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLSession;

/** The exporter of {@link ExtendedSSLSession}, for Java 25 and newer; {@code src/main/java} has the class for older versions. */
final class SessionExporter {

    private SessionExporter() {}

    /** Exports keying material (RFC 5705, RFC 8446 section 7.5). */
    static byte[] export(SSLSession session, String label, byte[] context, int length) throws SSLKeyException {
        if (session instanceof ExtendedSSLSession extended) {
            return extended.exportKeyingMaterialData(label, context, length);
        }
        throw new UnsupportedOperationException("Expected an ExtendedSSLSession, got "
                + session.getClass().getName() + "; see EngineSource.exportKeyingMaterial");
    }
}
