package dev.starttls.core.engine;

/** What a {@link TlsPump} needs before the call that returned this can get further. */
public enum TlsStatus {
    /** The call did what it was asked for. */
    OK,
    /** The octets given were all taken and do not hold a whole record: read from the peer and call again. */
    NEED_READ,
    /** There are octets for the peer that did not fit, or the handshake waits for them: send, then call again. */
    NEED_WRITE,
    /**
     * The call has done as much as one call does, and octets are left: call again, perhaps after serving other
     * connections.
     */
    AGAIN,
    /** A delegated task must run first: see {@link TlsPump#task()}. */
    NEED_TASK,
    /** The direction of the call is closed: close_notify was received, or handed out (RFC 8446 section 6.1). */
    CLOSED
}
