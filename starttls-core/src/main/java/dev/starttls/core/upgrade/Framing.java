package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineDecoder;
import dev.starttls.core.line.LineException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What the peer says cut into lines and, where the dialogue asked for one, a literal: the octets of a piece not whole yet. */
final class Framing {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final LineDecoder decoder;
    private ByteBuffer literal = NOTHING;

    Framing(int lineOctets) {
        decoder = new LineDecoder(lineOctets);
    }

    /** The next octets are no line but a literal of so many octets. */
    void expect(int octets) {
        literal = ByteBuffer.allocate(octets);
    }

    /** Whether a literal is due instead of a line. */
    boolean literalDue() {
        return literal.capacity() > 0;
    }

    /** Takes octets of the literal that is due, and none behind it. */
    Optional<byte[]> literal(ByteBuffer source) {
        int count = Math.min(source.remaining(), literal.remaining());
        literal.put(source.slice(source.position(), count));
        source.position(source.position() + count);
        if (literal.hasRemaining()) {
            return Optional.empty();
        }
        byte[] whole = literal.array();
        literal = NOTHING;
        return Optional.of(whole);
    }

    /** Takes octets of a line, and none behind it. */
    Optional<String> line(ByteBuffer source) throws LineException {
        return decoder.decode(source);
    }

    /** The octets of memory held. */
    int held() {
        return decoder.held() + literal.capacity();
    }

    /** Forgets what is not whole and overwrites it: nothing of it is glued to what comes later. */
    void reset() {
        decoder.reset();
        Arrays.fill(literal.array(), (byte) 0);
        literal = NOTHING;
    }
}
