package dev.starttls.conformance.connection;

import java.time.Duration;
import java.util.Arrays;

/** The result of one read: of bytes, of a line, or of application data inside TLS. */
public sealed interface Received {
    /** At least one byte. Not a record: instances are never compared, and the array is not copied. */
    final class Data implements Received {
        private final byte[] bytes;

        public Data(byte[] bytes) {
            this.bytes = bytes;
        }

        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * A line.
     *
     * @param text without its end, one character per byte (ISO 8859-1)
     * @param bareLf whether it ended in LF without CR
     */
    record Line(String text, boolean bareLf) implements Received {}

    /**
     * The connection, or the TLS session on it, ended first.
     *
     * @param detail the alert's name or the error's text; may be empty
     * @param unfinished the part of a line that had come; may be empty
     */
    record Ended(ConnectionEnd ending, String detail, String unfinished) implements Received {
        /** The result of a read that is not by lines. */
        public Ended(ConnectionEnd ending, String detail) {
            this(ending, detail, "");
        }
    }

    /**
     * What was expected did not come in time; the connection is still open.
     *
     * @param unfinished the part of a line that had come; it can still be read
     */
    record Silence(Duration waited, String unfinished) implements Received {
        /** The result of a read that is not by lines. */
        public Silence(Duration waited) {
            this(waited, "");
        }
    }

    /** A line longer than the suite reads. */
    record Overlong(String beginning) implements Received {}

    /** In a few words, for a detail. */
    default String description() {
        if (this instanceof Data data) {
            byte[] shown = Arrays.copyOf(data.bytes(), Math.min(data.bytes().length, 80));
            return "data: " + Transcript.printable(shown);
        }
        if (this instanceof Line line) {
            return "'" + Transcript.printable(line.text()) + "'";
        }
        if (this instanceof Ended ended) {
            return "connection " + ended.ending().description()
                    + (ended.detail().isEmpty() ? "" : " (" + ended.detail() + ")");
        }
        if (this instanceof Silence silence) {
            return "no answer within " + silence.waited().toMillis() + " ms";
        }
        return "a line without end";
    }
}
