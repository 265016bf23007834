package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import java.util.List;

/**
 * A message of a maildrop. Immutable.
 *
 * @param uniqueId 1 to 70 printable characters of ASCII without a space; no two messages of a maildrop have the same, and
 *     none ever gets that of another (RFC 1939 section 7, UIDL)
 * @param lines without CRLF and without dots put before dots; each character one octet, none CR, LF or NUL
 */
public record Pop3Message(String uniqueId, List<String> lines) {

    /** RFC 1939 section 7, UIDL. */
    private static final int MAX_ID_OCTETS = 70;

    /**
     * Checks the bounds and keeps its own copy of the lines.
     *
     * @throws IllegalArgumentException if it could not be sent
     */
    public Pop3Message {
        if (!Ascii.word(uniqueId) || uniqueId.length() > MAX_ID_OCTETS) {
            throw new IllegalArgumentException("uniqueId: expected 1 to " + MAX_ID_OCTETS
                    + " printable characters of ASCII without a space, got others, or " + uniqueId.length());
        }
        lines = List.copyOf(lines);
        if (!lines.stream().allMatch(Ascii::sendable)) {
            throw new IllegalArgumentException("lines: expected octets without CR, LF and NUL, got a line with one of"
                    + " them; encode UTF-8 to octets first");
        }
    }

    /**
     * Its size (RFC 1939 section 11).
     *
     * @return all octets, two for each CRLF
     */
    public long octets() {
        long octets = 0;
        for (String line : lines) {
            octets += line.length() + 2;
        }
        return octets;
    }

    /** The unique id alone: the lines do not belong into a log. */
    @Override
    public String toString() {
        return Ascii.printable(uniqueId);
    }
}
