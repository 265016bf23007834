package dev.starttls.conformance.check;

import dev.starttls.conformance.speak.Conversation;

/** The way to the point where a ClientHello is due. */
public sealed interface Approach {
    /** The next thing due on this connection is a ClientHello. */
    record Ready(Conversation conversation) implements Approach {}

    /** It never came to that. */
    record Blocked(Verdict verdict) implements Approach {}
}
