package dev.starttls.conformance.client.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads lines and octets in one layer, and never more than was asked for. */
final class LineInput {
    static final int MAX_LINE = 1 << 16;

    /** Gives the next octet. */
    @FunctionalInterface
    interface Source {
        /** The octet, or -1 at the end. */
        int next() throws IOException;
    }

    private final Source source;
    /** What was read and is not given yet: a wait that ends in an exception loses nothing. */
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    LineInput(Source source) {
        this.source = source;
    }

    /**
     * The next line without its LF or CRLF, one character per octet; what is there at the end of the stream is a line
     * too, and so are {@value #MAX_LINE} octets without a line end. Empty at the end.
     */
    Optional<String> line() throws IOException {
        while (pending.size() < MAX_LINE) {
            int octet = source.next();
            if (octet < 0) {
                return pending.size() == 0 ? Optional.empty() : Optional.of(rest());
            }
            if (octet == '\n') {
                String text = rest();
                return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
            }
            pending.write(octet);
        }
        return Optional.of(rest());
    }

    /** So many octets, or fewer at the end of the stream. */
    String octets(int length) throws IOException {
        while (pending.size() < length) {
            int octet = source.next();
            if (octet < 0) {
                break;
            }
            pending.write(octet);
        }
        return rest();
    }

    /** What came after the last line or the last octets that were given; it is not given again. */
    String rest() {
        String text = pending.toString(StandardCharsets.ISO_8859_1);
        pending.reset();
        return text;
    }
}
