package dev.starttls.core.upgrade;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Where what the peer sends next ends. The connection takes octets up to there and none after them, however they were split
 * on their way, and gives them to {@link Dialogue#received} if they are a line, to {@link Dialogue#octets} if not. All of it
 * is bounded by the octets that the limits allow in a phase; a message that says that it is longer fails the connection before
 * it is read.
 *
 * <pre>{@code
 * Frame.exactly(1);                                    // PostgreSQL: S or N
 * Frame.upTo("</stream:features>", "</stream:error>"); // XMPP
 * Frame.sized(4, first -> OptionalInt.of(4 + (first[0] & 255) + ((first[1] & 255) << 8)));  // MySQL, less than 64 KB
 * }</pre>
 */
public sealed interface Frame {

    /** Says how long a message is, from its first octets. */
    @FunctionalInterface
    interface Length {
        /**
         * Called with more octets each time until it knows.
         *
         * @param first the octets that have come, at least as many as {@link Sized#head} says; not the message's own array
         * @return the octets of the whole message, those that were given included; empty if one more is needed to know.
         *     Fewer than were given fail the connection as {@link FailureReason#PROTOCOL_VIOLATION}: 0 says that these octets
         *     begin no message. More than the limits allow fail it as {@link FailureReason#LIMIT_EXCEEDED}, {@link
         *     Integer#MAX_VALUE} for a length of any more
         */
        OptionalInt of(byte[] first);
    }

    /** A line that ends in CRLF, given out without it. */
    record Line() implements Frame {}

    /**
     * A fixed number of octets.
     *
     * @param count at least 1
     */
    record Exactly(int count) implements Frame {
        /** Checks the bound. */
        public Exactly {
            if (count < 1) {
                throw new IllegalArgumentException("count: expected at least 1 octet, got " + count);
            }
        }
    }

    /**
     * A piece of something longer: a fixed number of octets, or as many as the limits allow in a phase where that is fewer. So a
     * server that serves reads what says its length in advance, whatever the limits are: what is counted begins again with each
     * piece. Elsewhere the pieces of a phase count together.
     *
     * @param count at least 1
     */
    record AtMost(int count) implements Frame {
        /** Checks the bound. */
        public AtMost {
            if (count < 1) {
                throw new IllegalArgumentException("count: expected at least 1 octet, got " + count);
            }
        }
    }

    /**
     * Octets up to the first of these that comes, which is given out with them. Octets are compared and nothing is parsed: a
     * delimiter inside a string or a comment ends it too.
     *
     * @param delimiters at least one, each of at least one character; each character one octet
     */
    record UpTo(List<String> delimiters) implements Frame {
        /** Keeps its own copy and checks it. */
        public UpTo {
            delimiters = List.copyOf(delimiters);
            if (delimiters.isEmpty() || delimiters.contains("")) {
                throw new IllegalArgumentException(
                        "delimiters: expected at least one, of at least one octet each, got " + delimiters);
            }
            for (String delimiter : delimiters) {
                if (!delimiter.chars().allMatch(octet -> octet <= 255)) {
                    throw new IllegalArgumentException("delimiters: expected octets, got a character above 255 in \""
                            + delimiter + "\"; encode UTF-8 to octets first");
                }
            }
        }
    }

    /**
     * A message that begins with its length.
     *
     * @param head the octets from which its length may be known, at least 1
     * @param length reads it
     */
    record Sized(int head, Length length) implements Frame {
        /** Checks the bound. */
        public Sized {
            Objects.requireNonNull(length, "length: expected a function that reads the length of a message, got null");
            if (head < 1) {
                throw new IllegalArgumentException("head: expected at least 1 octet, got " + head);
            }
        }
    }

    /**
     * A line that ends in CRLF.
     *
     * @return the frame
     */
    static Frame line() {
        return new Line();
    }

    /**
     * A fixed number of octets.
     *
     * @param count at least 1
     * @return the frame
     * @throws IllegalArgumentException if it is less than 1
     */
    static Frame exactly(int count) {
        return new Exactly(count);
    }

    /**
     * A piece of something longer: so many octets, or as many as the limits allow in a phase where that is fewer.
     *
     * @param count at least 1
     * @return the frame
     * @throws IllegalArgumentException if it is less than 1
     */
    static Frame atMost(int count) {
        return new AtMost(count);
    }

    /**
     * Octets up to the first of these that comes.
     *
     * @param delimiters at least one, each of at least one character; each character one octet
     * @return the frame
     * @throws IllegalArgumentException if there is none, or an empty one
     */
    static Frame upTo(String... delimiters) {
        return new UpTo(Arrays.asList(delimiters));
    }

    /**
     * A message that begins with its length.
     *
     * @param head the octets from which its length may be known, at least 1
     * @param length reads it
     * @return the frame
     * @throws IllegalArgumentException if {@code head} is less than 1
     */
    static Frame sized(int head, Length length) {
        return new Sized(head, length);
    }
}
