package dev.starttls.conformance.tls.minimal.server;

import java.util.Locale;

/** How far the connection had come when the client reacted. */
public enum HandshakePoint {
    /** The server waited for the ClientHello. */
    CLIENT_HELLO,
    /** The server had sent a HelloRetryRequest, and waited for another ClientHello. */
    HELLO_RETRY,
    /** The server had sent its first flight, and waited for what the client answers, up to its Finished. */
    SERVER_FLIGHT,
    /** The handshake was complete for the server. */
    SESSION;

    @Override
    public String toString() {
        return switch (this) {
            case CLIENT_HELLO -> "instead of a ClientHello";
            case HELLO_RETRY -> "after the HelloRetryRequest";
            case SERVER_FLIGHT -> "after the server's flight";
            case SESSION -> "after the " + name().toLowerCase(Locale.ROOT) + " was established";
        };
    }
}
