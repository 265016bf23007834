package dev.starttls.conformance.upgrade;

/**
 * One of several commands that are sent in one segment.
 *
 * @param command without its end
 * @param due which answer is expected in this position
 */
public record PipelinedCommand(String command, Due due) {
    /** Which answer is expected. */
    public enum Due {
        /** The good answer. */
        DONE,
        /** A refusal. */
        REFUSED,
        /** Any answer. */
        ANY
    }
}
