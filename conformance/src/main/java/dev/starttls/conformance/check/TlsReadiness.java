package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.Conversation;

/** Whether a connection has reached the point where the client sends its ClientHello. */
public sealed interface TlsReadiness {
    /** The next message on this connection is the ClientHello. */
    record Ready(Conversation conversation) implements TlsReadiness {}

    /** The connection did not get that far. */
    record Blocked(Verdict verdict) implements TlsReadiness {}
}
