package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.FailureReason;
import java.util.Optional;

/**
 * A response of one line, or the first line of one of several (RFC 1939 section 3).
 *
 * <pre>{@code
 * Pop3Reply reply = Pop3Reply.error("[SYS/TEMP] Try again later");
 * reply.line();                   // "-ERR [SYS/TEMP] Try again later"
 * reply.code();                   // [SYS/TEMP]
 * }</pre>
 *
 * @param status +OK or -ERR
 * @param code the response code that the text began with (RFC 2449 section 8). It means something where the server
 *     announced RESP-CODES, and is text where it did not
 * @param text without status and code; may be empty. Each character is one octet, none is CR, LF or NUL
 */
public record Pop3Reply(Pop3Status status, Optional<Pop3ResponseCode> code, String text) {

    /** The maximum number of octets of a response's first line that a server sends, its CRLF included (RFC 2449 section 4). */
    public static final int MAX_OCTETS = 512;

    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException if it could not be sent as one line
     */
    public Pop3Reply {
        if (!Ascii.sendable(text)) {
            throw new IllegalArgumentException(
                    "text: expected octets (U+0001 to U+00FF) without CR and LF, got a line of " + text.length()
                            + " characters with another; encode non-ASCII text to octets first, and give each line separately");
        }
    }

    /**
     * A positive response.
     *
     * @param text may be empty; a response code that it begins with is taken as such
     * @return the response
     * @throws IllegalArgumentException if it could not be sent as one line
     */
    public static Pop3Reply ok(String text) {
        return of(Pop3Status.OK, text);
    }

    /**
     * A negative response.
     *
     * @param text may be empty; a response code that it begins with is taken as such, for instance "[IN-USE] Later"
     * @return the response
     * @throws IllegalArgumentException if it could not be sent as one line
     */
    public static Pop3Reply error(String text) {
        return of(Pop3Status.ERR, text);
    }

    /**
     * Reads a line that a server sent. Strict where a client could be led astray: the status is in upper case, and nothing
     * or a space follows it.
     *
     * @param line without CRLF
     * @return the response
     * @throws Pop3SyntaxException if it is not a response; a continuation ("+ ") is not one either
     */
    public static Pop3Reply parse(String line) throws Pop3SyntaxException {
        for (Pop3Status status : Pop3Status.values()) {
            String indicator = status.indicator();
            boolean alone = line.length() == indicator.length();
            if (line.startsWith(indicator)
                    && Ascii.sendable(line)
                    && (alone || line.charAt(indicator.length()) == ' ')) {
                return of(status, alone ? "" : line.substring(indicator.length() + 1));
            }
        }
        throw new Pop3SyntaxException(
                FailureReason.PROTOCOL_VIOLATION,
                "Expected a response: +OK or -ERR, then nothing or a space (RFC 1939 section 3), got another line");
    }

    private static Pop3Reply of(Pop3Status status, String text) {
        Optional<Pop3ResponseCode> code = Pop3ResponseCode.at(text);
        if (code.isEmpty()) {
            return new Pop3Reply(status, code, text);
        }
        String rest = text.substring(text.indexOf(']') + 1);
        return new Pop3Reply(status, code, rest.startsWith(" ") ? rest.substring(1) : rest);
    }

    /**
     * Whether it is positive.
     *
     * @return true for +OK
     */
    public boolean positive() {
        return status == Pop3Status.OK;
    }

    /**
     * As it is sent.
     *
     * @return without CRLF
     */
    public String line() {
        StringBuilder line = new StringBuilder(status.indicator());
        if (code.isPresent()) {
            line.append(' ').append(code.get());
        }
        if (!text.isEmpty()) {
            line.append(' ').append(text);
        }
        return line.toString();
    }

    /** For people: the line, without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(line());
    }

    /** This, if a server may send it. */
    Pop3Reply bounded() {
        int octets = line().length() + 2;
        if (octets > MAX_OCTETS) {
            throw new IllegalArgumentException(
                    "reply: expected at most " + MAX_OCTETS + " octets with CRLF (RFC 2449 section 4), got " + octets);
        }
        return this;
    }
}
