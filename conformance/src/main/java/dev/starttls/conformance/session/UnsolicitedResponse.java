package dev.starttls.conformance.session;

/**
 * What a server sent before the answer to the first command.
 *
 * @param description what came; the answer itself if nothing came before it
 */
public record UnsolicitedResponse(Kind kind, String description) {
    /** What the protocol says about it. */
    public enum Kind {
        /** The answer came, and nothing before it. */
        NOTHING,
        /** A server may send this at any time. */
        ALLOWED,
        /** A server must not send this without a command. */
        FORBIDDEN,
        /** The first command was not answered as it should be, so nothing can be concluded. */
        UNCLEAR
    }
}
