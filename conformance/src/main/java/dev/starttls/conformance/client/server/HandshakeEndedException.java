package dev.starttls.conformance.client.server;

import java.io.IOException;

/** TLS ended by what the client did. */
public final class HandshakeEndedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** How it ended. */
    public enum How {
        /** The client sent an alert; the message has its name. */
        ALERT,
        /** The client closed or reset the connection. */
        CLOSED,
        /** The client sent octets that are no TLS, or what the server cannot accept. */
        NOT_TLS,
        /** The client sent nothing until the time was over. */
        SILENCE,
        /** The client took what it had to refuse, and sent its next message, with which the server can do nothing. */
        WENT_ON,
        /** What the script is about cannot be shown to this client, because of what its ClientHello offers. */
        NOT_APPLICABLE
    }

    private final How how;

    public HandshakeEndedException(How how, String message) {
        super(message);
        this.how = how;
    }

    public How how() {
        return how;
    }
}
