package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.TlsSettings;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/** What a connection knows of the peer's certificates, and asks of them. */
final class PeerIdentity {

    private PeerIdentity() {}

    static PeerCheck check(Parts parts) {
        TlsSettings tls = parts.settings().tls();
        return parts.client()
                ? PeerCheck.ofServer(
                        tls,
                        ServerIdentity.of(parts.peer().host()),
                        parts.settings().verification())
                : PeerCheck.ofClient(tls);
    }

    /**
     * Looks at the server's certificates as soon as the engine tells them: before this side's last flight leaves, in which
     * may be a certificate of its own. After the handshake they are looked at again, whatever was seen here.
     */
    static Optional<PeerCheck.Refusal> during(Parts parts) {
        return parts.client()
                        && parts.state() == State.HANDSHAKING
                        && askable(parts.tls())
                        && !parts.tls().established()
                ? check(parts).during(parts.tls().pump().session())
                : Optional.empty();
    }

    /** The peer's certificates, where they are known. */
    static List<Certificate> chain(Parts parts) {
        try {
            return askable(parts.tls()) ? PeerCheck.chain(parts.tls().pump().session()) : List.of();
        } catch (RuntimeException e) {
            // Engines throw what they like when they are asked after their end.
            return List.of();
        }
    }

    /** Whether the engine can be asked without waiting for another thread, which may be at work on it for long. */
    private static boolean askable(TlsLayer tls) {
        return tls.exists() && tls.spoken() && !tls.taskDue();
    }
}
