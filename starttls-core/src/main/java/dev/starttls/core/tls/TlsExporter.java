package dev.starttls.core.tls;

import dev.starttls.core.tls.ChannelBinding.Available;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** The channel binding tls-exporter (RFC 9266 section 2). */
final class TlsExporter {

    /** Makes no engines: exports as any source does that has nothing of its own to export with. */
    static final EngineSource OF_SESSION = (host, port) -> {
        throw new IllegalStateException("Expected no engine to be made by this source");
    };

    private static final String LABEL = "EXPORTER-Channel-Binding";
    private static final int OCTETS = 32;

    private TlsExporter() {}

    /**
     * Of a session by itself. Not before TLS 1.3: SunJSSE has one object for a client's session and all connections that resume
     * it, and puts the random octets of each handshake into it, so that it exports what belongs to the last of them.
     */
    static byte[] ofSession(SSLSession session, String label, byte[] context, int length) throws SSLException {
        if (!session.getProtocol().equals("TLSv1.3")) {
            throw new UnsupportedOperationException("Expected TLSv1.3, got " + session.getProtocol()
                    + ", in which sessions that are resumed share what they export; try tls-server-end-point");
        }
        return SessionExporter.export(session, label, context, length);
    }

    static ChannelBinding of(EngineSource source, SSLEngine engine) {
        byte[] octets;
        try {
            octets = source.exportKeyingMaterial(engine, LABEL, new byte[0], OCTETS);
        } catch (UnsupportedOperationException e) {
            return new Unavailable(
                    ChannelBinding.Type.TLS_EXPORTER,
                    Reason.NO_EXPORTER,
                    e.getMessage() == null
                            ? "Expected an engine that exports keying material, got "
                                    + engine.getClass().getName()
                            : e.getMessage());
        } catch (SSLException | RuntimeException e) {
            return new Unavailable(
                    ChannelBinding.Type.TLS_EXPORTER,
                    Reason.FAILED,
                    "Expected keying material of the engine, got " + e);
        }
        return octets != null && octets.length == OCTETS
                ? new Available(ChannelBinding.Type.TLS_EXPORTER, octets.clone())
                : new Unavailable(
                        ChannelBinding.Type.TLS_EXPORTER,
                        Reason.FAILED,
                        "Expected " + OCTETS + " octets of keying material, got "
                                + (octets == null ? "none" : String.valueOf(octets.length)));
    }
}
