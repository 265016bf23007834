package dev.starttls.core.upgrade;

import dev.starttls.core.tls.ChannelBindings;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import java.util.Optional;

/**
 * What a connection knows of its peer, for the code that serves it.
 *
 * @param peer the other side's address
 * @param tls what the handshake agreed on; empty in plaintext
 * @param bindings what binds an authentication to the TLS session (RFC 5056); in plaintext there is none
 */
public record ConnectionInfo(Peer peer, Optional<Negotiated> tls, ChannelBindings bindings) {

    /** Of a dialogue that no connection carries out: a peer named "unknown", without TLS. */
    public static final ConnectionInfo UNKNOWN = new ConnectionInfo(new Peer("unknown", -1), Optional.empty());

    /**
     * Without channel bindings.
     *
     * @param peer the other side's address
     * @param tls what the handshake agreed on; empty in plaintext
     */
    public ConnectionInfo(Peer peer, Optional<Negotiated> tls) {
        this(peer, tls, SessionBindings.NONE);
    }

    /** For people and logs, on one line. */
    @Override
    public String toString() {
        return "ConnectionInfo[peer=" + peer + ", tls="
                + tls.map(Negotiated::toString).orElse("none") + "]";
    }
}
