package dev.starttls.core.line.codec;

import dev.starttls.core.line.LineException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Splits a stream of octets into lines that end in CRLF (RFC 5321 section 2.3.8, RFC 9051 section 2.2, RFC 1939 section
 * 3), however the stream was split on its way.
 *
 * <pre>{@code
 * LineDecoder decoder = new LineDecoder(512);
 * Optional<String> line = decoder.decode(received); // "220 mail.example.org ready", without its CRLF
 * }</pre>
 *
 * <p>A CR that is not followed by LF, an LF that does not follow CR, and NUL are refused with a {@link LineException}: they
 * never end a line and are never in one that is given out. Octets above 127 are allowed, since RFC 6531 and RFC 9051 allow
 * UTF-8 in replies; every octet becomes the character of the same value (ISO 8859-1), so that nothing is lost and a caller can
 * decode UTF-8 from it.
 *
 * <p>Not safe for use by several threads.
 */
public final class LineDecoder {

    private static final byte[] NOTHING = {};
    /** Enough for most lines of the protocols; the buffer grows by doubling. */
    private static final int FIRST_SIZE = 128;

    private final int limit;
    private byte[] held = NOTHING;
    private int length;
    private boolean afterCr;

    /**
     * Makes a decoder that holds nothing.
     *
     * @param limit the greatest length of a line in octets, its CRLF included; at least 2
     * @throws IllegalArgumentException if {@code limit} is less than 2
     */
    public LineDecoder(int limit) {
        if (limit < 2) {
            throw new IllegalArgumentException("limit: expected at least 2 octets (a CRLF), got " + limit);
        }
        this.limit = limit;
    }

    /**
     * Takes octets up to and including the next CRLF, and none after it.
     *
     * @param source the octets; its position moves past those taken, which are all if no line ends here
     * @return the line without its CRLF, one character for each octet; empty if more octets are needed
     * @throws LineException if a line is longer than the limit or has a bare CR, a bare LF or a NUL. The offending
     *     octet has been taken from {@code source}. The decoder then holds nothing, so that the next call begins a new line
     */
    public Optional<String> decode(ByteBuffer source) throws LineException {
        while (source.hasRemaining()) {
            byte octet = source.get();
            if (afterCr && octet != '\n') {
                throw broken(LineException.Kind.BARE_CR);
            }
            if (length + (afterCr ? 2 : 1) > limit) {
                throw broken(LineException.Kind.TOO_LONG);
            }
            switch (octet) {
                case '\n' -> {
                    if (!afterCr) {
                        throw broken(LineException.Kind.BARE_LF);
                    }
                    return Optional.of(taken());
                }
                case '\r' -> afterCr = true;
                case 0 -> throw broken(LineException.Kind.NUL);
                default -> hold(octet);
            }
        }
        return Optional.empty();
    }

    /**
     * The number of octets held of an incomplete line, a CR at its end included.
     *
     * @return 0 to the limit
     */
    public int held() {
        return length + (afterCr ? 1 : 0);
    }

    /** Discards and overwrites the octets held, so that nothing of an incomplete line is joined to the next. */
    public void reset() {
        Arrays.fill(held, 0, length, (byte) 0);
        held = NOTHING;
        length = 0;
        afterCr = false;
    }

    private void hold(byte octet) {
        if (length == held.length) {
            byte[] outgrown = held;
            held = Arrays.copyOf(outgrown, Math.min(limit, Math.max(FIRST_SIZE, length * 2)));
            Arrays.fill(outgrown, (byte) 0);
        }
        held[length++] = octet;
    }

    private String taken() {
        String line = new String(held, 0, length, StandardCharsets.ISO_8859_1);
        reset();
        return line;
    }

    private LineException broken(LineException.Kind kind) {
        int at = held();
        reset();
        return new LineException(kind, at, limit);
    }
}
