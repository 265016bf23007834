package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.FailureReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A reply (RFC 5321 section 4.2), of one line or several.
 *
 * <pre>{@code
 * SmtpReply reply = SmtpReply.of(530, "5.7.0 Must issue a STARTTLS command first");
 * reply.lines();                  // "530 5.7.0 Must issue a STARTTLS command first"
 * reply.status();                 // 5.7.0
 * }</pre>
 *
 * @param code 200 to 599
 * @param status the enhanced status code that the text began with (RFC 2034 section 4); of the same first digit as the
 *     code
 * @param text of each line, without code and status; at least one line, which may be empty. Each character is one octet,
 *     none is CR, LF or NUL
 */
public record SmtpReply(int code, Optional<EnhancedStatusCode> status, List<String> text) {

    /**
     * Checks the bounds and keeps its own copy of the text.
     *
     * @throws IllegalArgumentException if it could not be sent as one reply
     */
    public SmtpReply {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("code: expected 200 to 599, got " + code);
        }
        if (status.isPresent() && status.get().category() != code / 100) {
            throw new IllegalArgumentException(
                    "status: expected one that begins with " + code / 100 + ", got " + status.get());
        }
        text = List.copyOf(text);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("text: expected at least one line, which may be empty, got none");
        }
        for (String line : text) {
            if (!Ascii.sendable(line)) {
                throw new IllegalArgumentException(
                        "text: expected octets (U+0001 to U+00FF) without CR and LF, got a line of " + line.length()
                                + " characters with another; encode non-ASCII text to octets first, and give each line separately");
            }
        }
    }

    /**
     * A reply of these lines. An enhanced status code that the first line begins with is taken as such and sent with
     * every line.
     *
     * @param code 200 to 599
     * @param text of each line, for instance "2.0.0 Ready"
     * @return the reply
     * @throws IllegalArgumentException if it could not be sent as one reply
     */
    public static SmtpReply of(int code, String... text) {
        return of(code, List.of(text));
    }

    /**
     * A reply of the lines that a server sent.
     *
     * @param lines all of one reply, without CRLF
     * @return the reply
     * @throws SmtpSyntaxException if they are not the lines of one reply: codes that differ, a last line that promises
     *     another, lines after the last
     */
    public static SmtpReply parse(List<String> lines) throws SmtpSyntaxException {
        SmtpReplyParser parser = new SmtpReplyParser();
        Optional<SmtpReply> reply = Optional.empty();
        for (String line : lines) {
            if (reply.isPresent()) {
                throw new SmtpSyntaxException(
                        FailureReason.PROTOCOL_VIOLATION, "Expected one reply, got lines after its last");
            }
            reply = parser.add(line);
        }
        if (reply.isEmpty()) {
            throw new SmtpSyntaxException(
                    FailureReason.PROTOCOL_VIOLATION, "Expected a last line, with a space after the code, got none");
        }
        return reply.get();
    }

    static SmtpReply of(int code, List<String> text) {
        Optional<EnhancedStatusCode> status =
                text.isEmpty() ? Optional.empty() : EnhancedStatusCode.parse(firstWord(text.get(0)));
        if (status.isEmpty() || status.get().category() != code / 100) {
            return new SmtpReply(code, Optional.empty(), text);
        }
        String prefix = status.get().toString();
        List<String> bare = new ArrayList<>(text.size());
        for (String line : text) {
            if (!firstWord(line).equals(prefix)) {
                bare.add(line);
            } else {
                bare.add(line.length() == prefix.length() ? "" : line.substring(prefix.length() + 1));
            }
        }
        return new SmtpReply(code, status, bare);
    }

    private static String firstWord(String text) {
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    /**
     * What the first digit says (RFC 5321 section 4.2.1); a client that does not know a code goes by it.
     *
     * @return 2 for done, 3 for more is awaited, 4 for a failure that may pass, 5 for one that will not
     */
    public int category() {
        return code / 100;
    }

    /**
     * As it is sent.
     *
     * @return the lines without CRLF
     */
    public List<String> lines() {
        String prefix = status.isPresent() ? status.get() + " " : "";
        List<String> lines = new ArrayList<>(text.size());
        for (int i = 0; i < text.size(); i++) {
            lines.add(code + (i < text.size() - 1 ? "-" : " ") + prefix + text.get(i));
        }
        return List.copyOf(lines);
    }

    /** For people: all lines in one, without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(String.join(" / ", lines()));
    }
}
