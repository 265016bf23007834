package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * The announcement of a literal at the end of a line (RFC 9051 section 4.3): {@code {42}}, or {@code {42+}} for one that is
 * sent without waiting. The tilde of a binary one stands before it and makes no difference to its length.
 *
 * @param octets that follow the line; the greatest long for more than it holds
 * @param kind whether the sender waits
 */
record ImapLiteral(long octets, Kind kind) {

    enum Kind {
        /** The client waits to be asked for it; the only one that a server may send. */
        SYNCHRONIZING,
        /** The client does not wait. */
        NON_SYNCHRONIZING
    }

    /** Any number of so many digits fits into a {@code long}. */
    private static final int MAX_DIGITS = 18;

    static Optional<ImapLiteral> atEndOf(String line) {
        int end = line.length() - 1;
        if (end < 0 || line.charAt(end) != '}') {
            return Optional.empty();
        }
        Kind kind = Kind.SYNCHRONIZING;
        if (end > 0 && line.charAt(end - 1) == '+') {
            kind = Kind.NON_SYNCHRONIZING;
            end--;
        }
        int begin = end;
        while (begin > 0 && Ascii.digit(line.charAt(begin - 1))) {
            begin--;
        }
        if (begin == end || begin == 0 || line.charAt(begin - 1) != '{') {
            return Optional.empty();
        }
        long octets = end - begin > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(line, begin, end, 10);
        return Optional.of(new ImapLiteral(octets, kind));
    }
}
