package dev.starttls.conformance.session;

/**
 * What a server sent before the answer to the first command.
 *
 * @param told it, or the answer where there was nothing before it, for a detail
 */
public record Unasked(Kind kind, String told) {
    /** What the protocol says of it. */
    public enum Kind {
        /** The answer came, and nothing before it. */
        NOTHING,
        /** A server may say this at any time. */
        ALLOWED,
        /** A server must not say this unasked. */
        FORBIDDEN,
        /** The first command was not answered as it should be, so that nothing can be said of what came. */
        UNCLEAR
    }
}
