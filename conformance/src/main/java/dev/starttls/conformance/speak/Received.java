package dev.starttls.conformance.speak;

import java.time.Duration;

/** What one read of a line brought. */
public sealed interface Received {
    /**
     * A line.
     *
     * @param text without its end, one character a byte (ISO 8859-1)
     * @param bareLf whether it ended in LF without CR
     */
    record Line(String text, boolean bareLf) implements Received {}

    /**
     * The connection ended first.
     *
     * @param detail the alert's name or the error's text; may be empty
     * @param unfinished what had come of a line; may be empty
     */
    record Ended(Ending ending, String detail, String unfinished) implements Received {}

    /**
     * No whole line within the time.
     *
     * @param unfinished what had come of a line; it stays to be read
     */
    record Silence(Duration waited, String unfinished) implements Received {}

    /** A line longer than the speaker takes. */
    record Overlong(String beginning) implements Received {}

    /** In a few words, for a detail. */
    default String told() {
        if (this instanceof Line line) {
            return "'" + Transcript.printable(line.text()) + "'";
        }
        if (this instanceof Ended ended) {
            return "connection " + ended.ending().told()
                    + (ended.detail().isEmpty() ? "" : " (" + ended.detail() + ")");
        }
        if (this instanceof Silence silence) {
            return "no answer within " + silence.waited().toMillis() + " ms";
        }
        return "a line without end";
    }
}
