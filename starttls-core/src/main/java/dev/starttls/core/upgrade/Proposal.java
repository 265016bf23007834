package dev.starttls.core.upgrade;

/** How a client's upgrade command was sent. */
public enum Proposal {
    /** Not at all: with implicit TLS, in plaintext, on servers, and before it was sent. */
    NONE,
    /** The server had announced the upgrade. */
    ASKED,
    /** Right behind the greeting, no announcement having been read ({@link DirectUpgrade}). */
    UNASKED,
    /** As {@link #ASKED}, with the ClientHello in its segment. */
    ASKED_WITH_HELLO,
    /** As {@link #UNASKED}, with the ClientHello in its segment. */
    UNASKED_WITH_HELLO
}
