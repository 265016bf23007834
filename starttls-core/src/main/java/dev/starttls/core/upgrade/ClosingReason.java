package dev.starttls.core.upgrade;

/** Why a server ends a session that its client has not ended; decides what {@link Dialogue#lastLines} says. */
public enum ClosingReason {
    /** This side is shut down: {@link UpgradeConnection#shutDown}. */
    SHUTDOWN,
    /** The client has sent nothing for longer than the limits allow. */
    IDLE,
    /** The client has sent more than the limits allow. */
    LIMIT,
    /** The client has as many connections as it may have, or the server as many as it takes; the dialogue has not begun. */
    BUSY,
    /** The server's own code threw, a handler for instance, while it answered the client, or took too long for its answer. */
    FAULT
}
