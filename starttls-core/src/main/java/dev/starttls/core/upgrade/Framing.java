package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.codec.LineDecoder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Splits what the peer sends into lines and, where the dialogue asked for one, a literal; holds what is not whole yet. */
final class Framing {

    private static final byte[] NOTHING = {};
    /**
     * Octets allocated first for a literal, however long it was announced: a peer that announces much and sends little makes
     * this side hold little. Most literals are no longer than those that need no consent (RFC 7888 section 5).
     */
    private static final int FIRST_SIZE = 4_096;

    private final int lineOctets;
    /** There only while it holds a piece of a line. */
    private Optional<LineDecoder> decoder = Optional.empty();

    /** The octets of a literal that is due; 0 if none is. */
    private int due;

    private byte[] literal = NOTHING;
    private int length;

    Framing(int lineOctets) {
        this.lineOctets = lineOctets;
    }

    /** The next octets are no line but a literal of so many octets. */
    void expect(int octets) {
        due = octets;
    }

    /** Whether a literal is due instead of a line. */
    boolean literalDue() {
        return due > 0;
    }

    /** Takes octets of the literal that is due, and none after it. */
    Optional<byte[]> literal(ByteBuffer source) {
        int count = Math.min(source.remaining(), due - length);
        if (length + count > literal.length) {
            grow(length + count);
        }
        source.get(literal, length, count);
        length += count;
        if (length < due) {
            return Optional.empty();
        }
        byte[] whole = literal;
        forget();
        return Optional.of(whole);
    }

    /** To as much as is needed, and no more than is due: one that is whole fills its array. */
    private void grow(int needed) {
        byte[] outgrown = literal;
        long size = Math.max(needed, Math.max(FIRST_SIZE, 2L * length));
        literal = Arrays.copyOf(outgrown, (int) Math.min(due, size));
        Arrays.fill(outgrown, (byte) 0);
    }

    private void forget() {
        literal = NOTHING;
        length = 0;
        due = 0;
    }

    /** Takes octets of a line, and none after it. */
    Optional<String> line(ByteBuffer source) throws LineException {
        LineDecoder decoding = decoder.isPresent() ? decoder.get() : new LineDecoder(lineOctets);
        Optional<String> line = decoding.decode(source);
        decoder = line.isPresent() ? Optional.empty() : Optional.of(decoding);
        return line;
    }

    /** The octets of memory held. */
    int held() {
        return decoder.map(LineDecoder::held).orElse(0) + literal.length;
    }

    /** Forgets what is not whole and overwrites it: nothing of it is glued to what comes later. */
    void reset() {
        if (decoder.isPresent()) {
            decoder.get().reset();
        }
        decoder = Optional.empty();
        Arrays.fill(literal, (byte) 0);
        forget();
    }
}
