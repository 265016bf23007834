package dev.starttls.core.tls;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLSession;

/**
 * The exporter of {@link ExtendedSSLSession}, which Java 25 and newer have. This is the class for older versions; the jar has
 * another of the same name for newer ones, from {@code src/main/java25}, which calls it.
 */
final class SessionExporter {

    private static final int SINCE = 25;

    private SessionExporter() {}

    /**
     * Throws, since nothing can be exported.
     *
     * @throws UnsupportedOperationException always; the message says why
     * @throws SSLKeyException never; the class for newer Java does
     */
    static byte[] export(SSLSession session, String label, byte[] context, int length) throws SSLKeyException {
        String version = JavaVersion.text();
        throw new UnsupportedOperationException(
                JavaVersion.isBefore(SINCE)
                        ? "Expected Java " + SINCE + " or newer, whose sessions of TLS export keying material, got "
                                + version
                                + "; try a newer one, or an EngineSource that overrides exportKeyingMaterial"
                        : "Expected the class for Java " + SINCE
                                + " and newer of starttls-core's jar, got the one for older"
                                + " versions, on Java " + version
                                + "; try the jar itself, or 'Multi-Release: true' in the"
                                + " manifest of the one it was packed into (copied source: docs/vendoring.md)");
    }
}
