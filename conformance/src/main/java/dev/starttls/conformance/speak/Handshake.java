package dev.starttls.conformance.speak;

import java.security.cert.X509Certificate;
import java.util.List;

/** What a handshake came to. */
public sealed interface Handshake {
    /**
     * TLS stands.
     *
     * @param chain as sent by the server, its own certificate first; nothing about it was verified
     */
    record Done(String version, String suite, List<X509Certificate> chain) implements Handshake {
        public Done {
            chain = List.copyOf(chain);
        }
    }

    /** TLS does not stand; whether the connection does, the next read tells. */
    record Failed(Failure failure, String detail) implements Handshake {}

    /** Why TLS does not stand. */
    enum Failure {
        /** The server sent a fatal alert. */
        PEER_ALERT,
        /** The server closed or reset the connection. */
        PEER_CLOSED,
        /** The server said nothing for too long. */
        SILENCE,
        /** Plaintext, or something else that is no TLS record, came where TLS was due. */
        NOT_TLS,
        /** This side refused: the server's messages were wrong, or the offer was to abort. */
        OWN_ALERT
    }

    default boolean done() {
        return this instanceof Done;
    }

    /** In a few words, for a detail. */
    default String told() {
        if (this instanceof Done done) {
            return done.version() + " " + done.suite();
        }
        Failed failed = (Failed) this;
        return switch (failed.failure()) {
            case PEER_ALERT -> "the server sent the alert " + failed.detail();
            case PEER_CLOSED -> "the connection was " + failed.detail();
            case SILENCE -> "the server said nothing: " + failed.detail();
            case NOT_TLS -> "this came where TLS was due: " + failed.detail();
            case OWN_ALERT -> "this side ended it: " + failed.detail();
        };
    }
}
