package dev.starttls.imap;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Puts the lines and literals of a response together on a client (RFC 9051 section 4.3). The connection's limits bound it. */
final class ImapResponseReader {

    private final StringBuilder text = new StringBuilder();
    private boolean data;

    /** Takes a line. Returns the literal that it announces; empty if the response is complete. */
    Optional<ImapLiteral> line(String line) {
        if (text.length() == 0) {
            // The braces at the end of any other response are text (RFC 9051 section 9).
            data = line.startsWith("* ")
                    && ImapStatus.condition(line.substring(2)).isEmpty();
        }
        text.append(line);
        Optional<ImapLiteral> literal = data ? ImapLiteral.atEndOf(line) : Optional.empty();
        if (literal.isPresent()) {
            text.append("\r\n");
        }
        return literal;
    }

    void octets(byte[] octets) {
        text.append(new String(octets, StandardCharsets.ISO_8859_1));
    }

    /** Gives out the response and holds nothing more. */
    String take() {
        String response = text.toString();
        reset();
        return response;
    }

    void reset() {
        text.setLength(0);
    }
}
