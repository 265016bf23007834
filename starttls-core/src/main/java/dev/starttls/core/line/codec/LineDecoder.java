package dev.starttls.core.line.codec;

import dev.starttls.core.line.LineException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a stream of octets into lines that end in CRLF (RFC 5321 section 2.3.8, RFC 9051 section 2.2, RFC 1939 section
 * 3), however the stream was split on its way.
 *
 * <pre>{@code
 * LineDecoder decoder = new LineDecoder(512);
 * Optional<String> line = decoder.decode(received); // "220 mail.example.org ready", without its CRLF
 * }</pre>
 *
 * <p>The rule for octets that do not belong: a CR that is not followed by LF, an LF that does not follow CR, and NUL
 * are refused with a {@link LineException}; they are never taken for the end of a line and never given out as part of
 * one. Octets above 127 are allowed, since RFC 6531 and RFC 9051 allow UTF-8 in replies; every octet becomes the one
 * character of the same value (ISO 8859-1), so that nothing is lost and a caller can decode UTF-8 from it.
 *
 * <p>Not safe for use by several threads. It never blocks.
 */
public final class LineDecoder {

    private static final byte[] NOTHING = {};
    private static final int FIRST_SIZE = 128;

    private final int limit;
    private byte[] held = NOTHING;
    private int length;
    private boolean afterCr;

    /**
     * A decoder with nothing held.
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
     * Takes octets up to and including the next CRLF, and none behind it.
     *
     * @param source the octets; its position moves behind those taken. All of them are taken when no line ends here.
     * @return the line without its CRLF, one character for each octet; or empty when more octets are needed
     * @throws LineException if a line is longer than the limit or has a bare CR, a bare LF or a NUL. The offending
     *     octet has been taken from {@code source}. The decoder then holds nothing, so that the next call starts a new
     *     line; most callers give up the connection instead.
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
     * The octets held of a line that has not ended yet, a CR at its end included.
     *
     * @return a count from 0 to the limit
     */
    public int held() {
        return length + (afterCr ? 1 : 0);
    }

    /** Forgets the octets held and overwrites them, so that nothing of an unfinished line is glued to the next. */
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
