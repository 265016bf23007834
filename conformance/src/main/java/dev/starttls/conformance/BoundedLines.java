package dev.starttls.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The lines of a text in UTF-8 that may have no end, and of whose lines one may have none. */
final class BoundedLines {
    private static final int END = -1;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private static final char REPLACEMENT = '\ufffd';

    private final InputStream in;
    private final int max;
    private long number;
    /** Whether the rest of the last line is still to be read. */
    private boolean overlong;

    /**
     * Lines of a stream.
     *
     * @param max how many octets of a line are kept
     */
    BoundedLines(InputStream in, int max) {
        this.in = in;
        this.max = max;
    }

    /**
     * A line.
     *
     * @param number from 1
     * @param text without the byte order mark and the LF; octets that are not UTF-8 are replaced
     * @param overlong whether only its beginning was kept
     * @param encoded whether it is in UTF-8
     */
    record Line(long number, String text, boolean overlong, boolean encoded) {}

    /** Reads the next line; empty at the end. */
    Optional<Line> next() throws IOException {
        int octet = in.read();
        while (overlong && octet != END && octet != '\n') {
            octet = in.read();
        }
        octet = overlong && octet != END ? in.read() : octet;
        overlong = false;
        if (octet == END) {
            return Optional.empty();
        }
        number++;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (octet != END && octet != '\n' && !overlong) {
            line.write(octet);
            octet = in.read();
            overlong = line.size() == max && octet != END && octet != '\n';
        }
        String text = line.toString(StandardCharsets.UTF_8);
        String marked = number == 1 && text.indexOf(BYTE_ORDER_MARK) == 0 ? text.substring(1) : text;
        boolean encoded = text.indexOf(REPLACEMENT) < 0 || encoded(line.toByteArray());
        return Optional.of(new Line(number, marked, overlong, encoded));
    }

    private static boolean encoded(byte[] octets) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
