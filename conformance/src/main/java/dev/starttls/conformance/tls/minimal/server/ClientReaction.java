package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.OctetString;

/** What the client did. */
public sealed interface ClientReaction {

    /** Whether the client gave up, by an alert or by closing the connection. */
    default boolean isRefusal() {
        return false;
    }

    /** It sent an alert other than close_notify. */
    record Alerted(Alert alert, HandshakePoint point) implements ClientReaction {
        @Override
        public boolean isRefusal() {
            return true;
        }

        @Override
        public String toString() {
            return alert + " " + point;
        }
    }

    /** It closed the connection, or its direction of it. */
    record Closed(Ending ending, HandshakePoint point) implements ClientReaction {
        @Override
        public boolean isRefusal() {
            return true;
        }

        @Override
        public String toString() {
            return ending + " " + point;
        }
    }

    /** How a connection ended. */
    enum Ending {
        /** With the alert close_notify (RFC 8446 section 6.1). */
        CLOSE_NOTIFY("close_notify"),
        /** With the end of the stream, but no close_notify before. */
        END_OF_STREAM("the end of the stream without close_notify"),
        /** With a reset, or the server could no longer write. */
        RESET("a reset of the connection");

        private final String text;

        Ending(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** It sent its Finished, which is right: it went through with the handshake. */
    record Finished() implements ClientReaction {
        @Override
        public String toString() {
            return "a Finished that is right";
        }
    }

    /**
     * It took what it should have refused, and went on with its next message; the server does not know the keys, or has
     * no use for them, and leaves it at that.
     *
     * @param with the client's message
     */
    record WentOn(String with, HandshakePoint point) implements ClientReaction {
        @Override
        public String toString() {
            return with + " " + point;
        }
    }

    /** It sent application data in the session. */
    record Data(OctetString octets) implements ClientReaction {
        @Override
        public String toString() {
            return octets.length() + " octets of application data";
        }
    }

    /** It sent nothing within the time limit of the stream. */
    record Silent(HandshakePoint point) implements ClientReaction {
        @Override
        public String toString() {
            return "nothing within the time limit " + point;
        }
    }

    /**
     * It sent something other than TLS.
     *
     * @param first its first octets, as many as the header of a record has
     */
    record NotTls(OctetString first, HandshakePoint point) implements ClientReaction {
        @Override
        public String toString() {
            return "no TLS, but " + first.text() + " " + point;
        }
    }

    /** It sent TLS that is not right, or that does not decrypt; the text says what. */
    record Malformed(String what, HandshakePoint point) implements ClientReaction {
        @Override
        public String toString() {
            return what + " " + point;
        }
    }

    /** The deviation cannot be shown to this client, because of what it offers; the text says why. */
    record NotApplicable(String why) implements ClientReaction {
        @Override
        public String toString() {
            return "not applicable: " + why;
        }
    }
}
