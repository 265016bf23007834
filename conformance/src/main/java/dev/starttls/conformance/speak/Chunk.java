package dev.starttls.conformance.speak;

import java.time.Duration;

/** What one read of bytes brought. */
public sealed interface Chunk {
    /** At least one byte. Not a record: two of them are never compared, and the array is handed over, not copied. */
    final class Data implements Chunk {
        private final byte[] bytes;

        Data(byte[] bytes) {
            this.bytes = bytes;
        }

        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * Nothing more will come.
     *
     * @param detail the alert's name or the error's text; may be empty
     */
    record Ended(Ending ending, String detail) implements Chunk {}

    /** Nothing came for so long; the connection stands. */
    record Silence(Duration waited) implements Chunk {}
}
