package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import java.util.Optional;

/**
 * What a connection knows of its peer, for the code that serves it.
 *
 * @param peer the other side's address
 * @param tls what the handshake agreed on; empty in plaintext
 */
public record ConnectionInfo(Peer peer, Optional<Negotiated> tls) {

    /** Of a dialogue that no connection carries out: a peer named "unknown", without TLS. */
    public static final ConnectionInfo UNKNOWN = new ConnectionInfo(new Peer("unknown", -1), Optional.empty());
}
