package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineDecoder;
import dev.starttls.core.line.LineException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What the peer says cut into lines and, where the dialogue asked for one, a literal: the octets of a piece not whole yet. */
final class Framing {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final int lineOctets;
    /** There only while it holds a piece of a line. */
    private Optional<LineDecoder> decoder = Optional.empty();

    private ByteBuffer literal = NOTHING;

    Framing(int lineOctets) {
        this.lineOctets = lineOctets;
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
        LineDecoder decoding = decoder.isPresent() ? decoder.get() : new LineDecoder(lineOctets);
        Optional<String> line = decoding.decode(source);
        decoder = line.isPresent() ? Optional.empty() : Optional.of(decoding);
        return line;
    }

    /** The octets of memory held. */
    int held() {
        return decoder.map(LineDecoder::held).orElse(0) + literal.capacity();
    }

    /** Forgets what is not whole and overwrites it: nothing of it is glued to what comes later. */
    void reset() {
        if (decoder.isPresent()) {
            decoder.get().reset();
        }
        decoder = Optional.empty();
        Arrays.fill(literal.array(), (byte) 0);
        literal = NOTHING;
    }
}
