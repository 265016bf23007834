package dev.starttls.core.tls;

import dev.starttls.core.tls.ChannelBinding.Available;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The channel binding tls-exporter (RFC 9266 section 2).
 *
 * <p>An {@code UpgradeConnection} answers for its session. An application that drives an engine by itself has to know that the
 * session is one to bind to ({@link ChannelBinding.Reason#NOT_UNIQUE}), and then:
 *
 * <pre>{@code
 * ChannelBinding binding = TlsExporter.of(settings, engine);
 * }</pre>
 */
public final class TlsExporter {

    /** Makes no engines: exports as any source does that has nothing of its own to export with. */
    private static final EngineSource OF_SESSION = (host, port) -> {
        throw new IllegalStateException("Expected no engine to be made by this source");
    };

    private static final String LABEL = "EXPORTER-Channel-Binding";
    private static final int OCTETS = 32;

    private TlsExporter() {}

    /**
     * The binding to an engine's session.
     *
     * @param settings by which the engine was made
     * @param engine whose handshake is complete
     * @return 32 octets; {@link Unavailable} if the engine does not export them
     */
    public static ChannelBinding of(TlsSettings settings, SSLEngine engine) {
        return of(settings.engines.source().orElse(OF_SESSION), engine);
    }

    private static ChannelBinding of(EngineSource source, SSLEngine engine) {
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
