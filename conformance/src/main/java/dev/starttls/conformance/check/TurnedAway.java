package dev.starttls.conformance.check;

/**
 * The server did not take a connection of ours as it takes those of other clients: nothing that a check saw then is an
 * observation of what the check is about.
 *
 * @param words the server's, or what happened, for a detail
 */
public record TurnedAway(Kind kind, String words) {
    /** How it was done. */
    public enum Kind {
        /** The connection could not be made. */
        REFUSED,
        /** The connection ended before the greeting. */
        CLOSED,
        /** No greeting came, although one had come before. */
        SILENT,
        /** The greeting said that there is no service now: 421, {@code * BYE}, {@code -ERR}. */
        BUSY,
        /** The greeting said that there is no service for this client: 554 (RFC 5321 section 3.1). */
        FINAL
    }
}
