package dev.starttls.core.upgrade;

/** The phases of an upgrade, in their order; with implicit TLS the handshake comes before the greeting. */
public enum Phase {
    /** The TCP connection is made. */
    CONNECT,
    /** The server's greeting is awaited, or sent. */
    GREETING,
    /** The capabilities are asked for in plaintext; on a server, every command before the upgrade. */
    CAPABILITY,
    /** The upgrade command was sent and its one reply is awaited; on a server, the go-ahead is being sent. */
    COMMAND,
    /** The TLS handshake. */
    HANDSHAKE,
    /**
     * The capabilities are asked for again inside TLS, those learned before being forgotten. On a server, every
     * command inside TLS, to the end of the session.
     */
    RECAPABILITY
}
