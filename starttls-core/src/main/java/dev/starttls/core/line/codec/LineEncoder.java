package dev.starttls.core.line.codec;

import dev.starttls.core.line.Ascii;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Appends CRLF to lines, and refuses a line that a peer could take for two. */
public final class LineEncoder {

    private LineEncoder() {}

    /**
     * The octets of a line and its CRLF.
     *
     * @param line the line without CRLF; each character one octet (ISO 8859-1)
     * @return a new buffer, ready to be read
     * @throws IllegalArgumentException if the line has a CR, an LF, a NUL or a character above 255: the peer could take it for
     *     more than one line (command injection)
     */
    public static ByteBuffer encode(String line) {
        if (!Ascii.sendable(line)) {
            throw unsendable(line);
        }
        return ByteBuffer.wrap(line.concat("\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static IllegalArgumentException unsendable(String line) {
        int first = 0;
        while (Ascii.sendable(line.substring(first, first + 1))) {
            first++;
        }
        return new IllegalArgumentException("Expected a line without CR, LF, NUL or characters above 255, got "
                + "character " + (int) line.charAt(first) + " at index " + first + "; encode UTF-8 to octets first");
    }
}
