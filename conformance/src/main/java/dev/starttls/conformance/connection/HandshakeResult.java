package dev.starttls.conformance.connection;

import java.security.cert.X509Certificate;
import java.util.List;

/** The result of a handshake. */
public sealed interface HandshakeResult {
    /**
     * The handshake succeeded.
     *
     * @param chain as sent by the server, its own certificate first; nothing about it was verified
     */
    record Done(String version, String suite, List<X509Certificate> chain) implements HandshakeResult {
        public Done {
            chain = List.copyOf(chain);
        }
    }

    /** The handshake failed; the next read shows whether the connection is still open. */
    record Failed(Failure failure, String detail) implements HandshakeResult {}

    /** Why the handshake failed. */
    enum Failure {
        /** The server sent a fatal alert. */
        PEER_ALERT,
        /** The server closed or reset the connection. */
        PEER_CLOSED,
        /** The server sent nothing within the time limit. */
        SILENCE,
        /** Plaintext, or something else that is not a TLS record, got where TLS was expected. */
        NOT_TLS,
        /** This side refused: the server's messages were wrong, or the check aborts the handshake on purpose. */
        OWN_ALERT
    }

    default boolean done() {
        return this instanceof Done;
    }

    /** In a few words, for a detail. */
    default String description() {
        if (this instanceof Done done) {
            return done.version() + " " + done.suite();
        }
        Failed failed = (Failed) this;
        return switch (failed.failure()) {
            case PEER_ALERT -> "the server sent the alert " + failed.detail();
            case PEER_CLOSED -> "the connection was " + failed.detail();
            case SILENCE -> "the server sent nothing: " + failed.detail();
            case NOT_TLS -> "this came where TLS was expected: " + failed.detail();
            case OWN_ALERT -> "this side ended it: " + failed.detail();
        };
    }
}
