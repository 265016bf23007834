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

    LineInput(Source source) {
        this.source = source;
    }

    /**
     * The next line without its LF or CRLF, one character per octet; what is there at the end of the stream is a line
     * too, and so are {@value #MAX_LINE} octets without a line end. Empty at the end.
     */
    Optional<String> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (line.size() < MAX_LINE) {
            int octet = source.next();
            if (octet < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(text(line));
            }
            if (octet == '\n') {
                String text = text(line);
                return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
            }
            line.write(octet);
        }
        return Optional.of(text(line));
    }

    /** So many octets, or fewer at the end of the stream. */
    String octets(int length) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        while (octets.size() < length) {
            int octet = source.next();
            if (octet < 0) {
                break;
            }
            octets.write(octet);
        }
        return text(octets);
    }

    private static String text(ByteArrayOutputStream octets) {
        return octets.toString(StandardCharsets.ISO_8859_1);
    }
}
