package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.FailureReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server sends (RFC 9051 section 2.2.2).
 *
 * <pre>{@code
 * ImapResponse response = ImapResponse.parse("* OK [CAPABILITY IMAP4rev2 STARTTLS] ready");
 * if (response instanceof ImapResponse.Untagged greeting) {
 *     greeting.status().capabilities();
 * }
 * }</pre>
 */
public sealed interface ImapResponse {

    /**
     * As it is sent; {@code toString} is for people, without control characters.
     *
     * @return without the CRLF at its end, each character one octet; with the literals of data in it
     */
    String sent();

    /**
     * The end of a command.
     *
     * @param tag of the command
     * @param status {@link ImapCondition#OK}, {@link ImapCondition#NO} or {@link ImapCondition#BAD}
     */
    record Tagged(String tag, ImapStatus status) implements ImapResponse {
        /** Checks the tag and the condition. */
        public Tagged {
            if (!ImapSyntax.tag(tag)) {
                throw new IllegalArgumentException(
                        "tag: expected one of RFC 9051 section 9, got other characters, or none");
            }
            if (status.condition().compareTo(ImapCondition.BAD) > 0) {
                throw new IllegalArgumentException("status: expected OK, NO or BAD, got " + status.condition());
            }
        }

        @Override
        public String sent() {
            return tag + " " + status.sent();
        }

        @Override
        public String toString() {
            return Ascii.printable(sent());
        }
    }

    /**
     * A greeting, information, a warning or a BYE.
     *
     * @param status any
     */
    record Untagged(ImapStatus status) implements ImapResponse {
        @Override
        public String sent() {
            return "* " + status.sent();
        }

        @Override
        public String toString() {
            return Ascii.printable(sent());
        }
    }

    /**
     * Data, asked for or not.
     *
     * @param text after the asterisk and its space, for instance "CAPABILITY IMAP4rev1". It may hold literals, as they
     *     are sent: the announcement, CRLF, and as many octets, each one character
     */
    record Data(String text) implements ImapResponse {
        /**
         * Checks that CRLF stands before literals only.
         *
         * @throws IllegalArgumentException if the peer would see other responses than this one
         */
        public Data {
            literalsIn(text);
        }

        /**
         * The word that says what kind of data it is.
         *
         * @return in upper case, for instance "CAPABILITY"; of "3 EXISTS", "3"
         */
        public String keyword() {
            int space = text.indexOf(' ');
            return Ascii.upper(space < 0 ? text : text.substring(0, space));
        }

        /**
         * The literals in the text, in their order.
         *
         * @return each character one octet; without those that an {@link ImapLiteralReceiver} passed on, of which an empty one is
         *     left
         */
        public List<String> literals() {
            return List.copyOf(literalsIn(text));
        }

        @Override
        public String sent() {
            return "* " + text;
        }

        @Override
        public String toString() {
            return Ascii.printable(sent());
        }

        private static List<String> literalsIn(String text) {
            List<String> literals = new ArrayList<>();
            int from = 0;
            for (int end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n", from)) {
                String line = text.substring(from, end);
                Optional<ImapLiteral> literal = ImapLiteral.atEndOf(line);
                if (!Ascii.sendable(line) || literal.isEmpty() || literal.get().octets() > text.length() - end - 2) {
                    throw broken();
                }
                from = end + 2 + (int) literal.get().octets();
                String octets = text.substring(end + 2, from);
                if (octets.chars().anyMatch(octet -> octet > 255)) {
                    throw broken();
                }
                literals.add(octets);
            }
            String last = text.substring(from);
            if (!Ascii.sendable(last) || ImapLiteral.atEndOf(last).isPresent() || text.isEmpty()) {
                throw broken();
            }
            return literals;
        }

        private static IllegalArgumentException broken() {
            return new IllegalArgumentException(
                    "text: expected octets (U+0001 to U+00FF) with CRLF only before literals of the length"
                            + " announced, and without other CR, LF and NUL but in literals; the peer would take it for"
                            + " something else. Put non-ASCII text into octets first");
        }
    }

    /**
     * The server waits for the rest of a command, or for the answer to a challenge.
     *
     * @param text for people, or the challenge in base64; may be empty
     */
    record Continuation(String text) implements ImapResponse {
        /** Checks that it could be sent as one line. */
        public Continuation {
            if (!Ascii.sendable(text)) {
                throw new IllegalArgumentException(
                        "text: expected octets (U+0001 to U+00FF) without CR and LF, got another character; put non-ASCII text into octets first");
            }
        }

        @Override
        public String sent() {
            return "+ " + text;
        }

        @Override
        public String toString() {
            return Ascii.printable(sent());
        }
    }

    /**
     * Reads a response, its literals in it if it has some. Strict where a client could be led astray: an asterisk, a plus
     * sign or a legal tag, one space, and after a tag OK, NO or BAD. Lenient where it could not: the text may be missing,
     * and a broken response code is text.
     *
     * @param response without the CRLF at its end, each character one octet
     * @return the response
     * @throws ImapSyntaxException if it is not a response
     */
    static ImapResponse parse(String response) throws ImapSyntaxException {
        int space = response.indexOf(' ');
        String first = space < 0 ? response : response.substring(0, space);
        String rest = space < 0 ? "" : response.substring(space + 1);
        try {
            if (first.equals("+")) {
                return new Continuation(rest);
            }
            Optional<ImapStatus> status = ImapStatus.parse(rest);
            if (first.equals("*")) {
                return status.isPresent() ? new Untagged(status.get()) : new Data(rest);
            }
            if (status.isPresent()) {
                return new Tagged(first, status.get());
            }
        } catch (IllegalArgumentException e) {
            throw new ImapSyntaxException(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected a response (RFC 9051 section 2.2.2), got a broken one; " + e.getMessage());
        }
        throw new ImapSyntaxException(
                FailureReason.PROTOCOL_VIOLATION,
                "Expected a response: \"*\", \"+\" or a tag, then a space and, after a tag, OK, NO or"
                        + " BAD (RFC 9051 section 2.2.2), got another line");
    }
}
