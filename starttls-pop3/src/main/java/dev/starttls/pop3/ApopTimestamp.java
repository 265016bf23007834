package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * The timestamp of a greeting, which APOP digests together with the secret (RFC 1939 section 7). One that came in the
 * clear is worth nothing: an attacker that chose it can compute the secret from the digests (CVE-2007-1558).
 *
 * @param text for instance {@code <1896.697170952@dbc.mtview.ca.us>}, with the angle brackets; a msg-id of RFC 822, of
 *     printable ASCII without spaces, at most 256 octets
 */
public record ApopTimestamp(String text) {

    /** Half of what a greeting may have (RFC 2449 section 4): the other half is for the name of the server. */
    private static final int MAX_OCTETS = 256;

    /**
     * Checks the syntax.
     *
     * @throws IllegalArgumentException if it is no msg-id
     */
    public ApopTimestamp {
        if (!wellFormed(text)) {
            throw new IllegalArgumentException("text: expected <left@right> of printable ASCII without spaces, at most "
                    + MAX_OCTETS + " octets, got " + text.length() + " other characters");
        }
    }

    /**
     * Finds the timestamp of a greeting.
     *
     * @param greeting the first response of a server
     * @return empty if it has none, and so does not know APOP
     */
    public static Optional<ApopTimestamp> of(Pop3Reply greeting) {
        String text = greeting.text();
        int begin = text.lastIndexOf('<');
        int end = begin < 0 ? -1 : text.indexOf('>', begin);
        return end > 0 && wellFormed(text.substring(begin, end + 1))
                ? Optional.of(new ApopTimestamp(text.substring(begin, end + 1)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }

    private static boolean wellFormed(String text) {
        int at = text.indexOf('@');
        return Ascii.word(text)
                && text.length() <= MAX_OCTETS
                && text.startsWith("<")
                && text.endsWith(">")
                && text.lastIndexOf('<') == 0
                && text.indexOf('>') == text.length() - 1
                && at > 1
                && at == text.lastIndexOf('@')
                && at < text.length() - 2;
    }
}
