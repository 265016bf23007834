package dev.starttls.conformance.imap;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What came where one response was expected (RFC 9051 section 2.2.2). */
sealed interface ObservedImapResponse {
    /** The first word of a status (RFC 9051 section 7.1). */
    enum Condition {
        OK,
        NO,
        BAD,
        PREAUTH,
        BYE;

        static Optional<Condition> named(String word) {
            for (Condition condition : values()) {
                if (condition.name().equalsIgnoreCase(word)) {
                    return Optional.of(condition);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * The end of a command.
     *
     * @param tag as it came
     * @param condition OK, NO or BAD
     * @param text after it
     * @param flaws what was not well formed, if it could still be read
     */
    record Tagged(String tag, Condition condition, String text, List<String> flaws) implements ObservedImapResponse {
        public Tagged {
            flaws = List.copyOf(flaws);
        }
    }

    /**
     * A status that belongs to no command: greeting, warning, BYE.
     *
     * @param text after the condition
     * @param flaws what was not well formed, if it could still be read
     */
    record Untagged(Condition condition, String text, List<String> flaws) implements ObservedImapResponse {
        public Untagged {
            flaws = List.copyOf(flaws);
        }
    }

    /**
     * Data, asked for or not.
     *
     * @param text after the asterisk and its space; literals are in it as they came
     * @param flaws what was not well formed, if it could still be read
     */
    record Data(String text, List<String> flaws) implements ObservedImapResponse {
        public Data {
            flaws = List.copyOf(flaws);
        }

        /** Its first word, in upper case, which names the kind of data; for {@code 3 EXISTS} it is the number. */
        String keyword() {
            return text.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        }
    }

    /** The server asks for the rest of a command. */
    record Continuation(String text) implements ObservedImapResponse {}

    /** A line that is not a response. */
    record Malformed(String line, String problem) implements ObservedImapResponse {}

    /** No response: the connection ended or nothing came in time. */
    record None(Received instead) implements ObservedImapResponse {}

    /** Whether it is a status of this condition that belongs to no command. */
    default boolean untagged(Condition condition) {
        return this instanceof Untagged status && status.condition() == condition;
    }

    /** Whether it ends the command with this tag. */
    default boolean ends(String tag) {
        return this instanceof Tagged tagged && tagged.tag().equals(tag);
    }

    /** Whether it is a {@code * CAPABILITY} line. */
    default boolean capability() {
        return this instanceof Data data && data.keyword().equals("CAPABILITY");
    }

    /** The response code of a status in upper case with its arguments (RFC 9051 section 7.1); empty if none. */
    default Optional<String> code() {
        String text =
                this instanceof Tagged tagged ? tagged.text() : this instanceof Untagged status ? status.text() : "";
        int end = text.indexOf(']');
        return text.startsWith("[") && end > 0
                ? Optional.of(text.substring(1, end).toUpperCase(Locale.ROOT))
                : Optional.empty();
    }

    /** What was not well formed, if it could still be read. */
    default List<String> wrongs() {
        if (this instanceof Tagged tagged) {
            return tagged.flaws();
        }
        if (this instanceof Untagged status) {
            return status.flaws();
        }
        return this instanceof Data data ? data.flaws() : List.of();
    }

    /** In a few words, for a detail. */
    default String description() {
        if (this instanceof Tagged tagged) {
            return quoted(tagged.tag() + " " + tagged.condition() + " " + tagged.text());
        }
        if (this instanceof Untagged status) {
            return quoted("* " + status.condition() + " " + status.text());
        }
        if (this instanceof Data data) {
            return quoted("* " + data.text());
        }
        if (this instanceof Continuation continuation) {
            return quoted("+ " + continuation.text());
        }
        if (this instanceof Malformed malformed) {
            return quoted(malformed.line()) + ", which is not an IMAP response: " + malformed.problem();
        }
        return ((None) this).instead().description();
    }

    private static String quoted(String line) {
        return "'" + Transcript.printable(line.strip()) + "'";
    }
}
