package dev.starttls.conformance.upgrade;

/**
 * One of several commands that are sent in one segment.
 *
 * @param command without its end
 * @param due which answer shows that the command has its turn
 */
public record PipelinedCommand(String command, Due due) {
    /** Which answer is due. */
    public enum Due {
        /** The good one. */
        DONE,
        /** A refusal. */
        REFUSED,
        /** Whichever it is. */
        ANY
    }
}
