package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.TlsSettings;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/** What a connection knows of the peer's certificates, and asks of them. */
final class PeerIdentity {

    private PeerIdentity() {}

    static PeerCheck check(ConnectionContext context) {
        TlsSettings tls = context.settings().tls();
        return context.client()
                ? PeerCheck.ofServer(
                        tls, context.peer().identity(), context.settings().verification())
                : PeerCheck.ofClient(tls);
    }

    /**
     * Checks the server's certificates as soon as the engine shows them: before this side's last flight leaves, which
     * may contain its own certificate. After the handshake they are checked again, whatever was found here.
     */
    static Optional<PeerCheck.Refusal> during(ConnectionContext context) {
        return context.client()
                        && context.state() == State.HANDSHAKING
                        && askable(context.tls())
                        && !context.tls().established()
                ? check(context).during(context.tls().pump().session())
                : Optional.empty();
    }

    /** The peer's certificates, where they are known. */
    static List<Certificate> chain(ConnectionContext context) {
        try {
            return askable(context.tls()) ? PeerCheck.chain(context.tls().pump().session()) : List.of();
        } catch (RuntimeException e) {
            // Engines throw what they like when they are asked after their end.
            return List.of();
        }
    }

    /** Whether the engine can be asked without waiting for another thread, which may use it for long. */
    private static boolean askable(TlsLayer tls) {
        return tls.exists() && tls.spoken() && !tls.taskDue();
    }
}
