package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.codec.LineDecoder;
import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Splits what the peer sends into lines and whatever else the dialogue asked for; holds what is not whole yet. */
final class Framing {

    private static final byte[] NOTHING = {};
    private static final Frame LINE = Frame.line();
    /**
     * Octets allocated first for a piece, however long it was announced: a peer that announces much and sends little makes
     * this side hold little. Most literals are no longer than those that need no consent (RFC 7888 section 5).
     */
    private static final int FIRST_SIZE = 4_096;

    private final int lineOctets;
    private final int maxOctets;
    /** There only while it holds a piece of a line. */
    private Optional<LineDecoder> decoder = Optional.empty();

    private Frame awaited = LINE;
    private byte[] held = NOTHING;
    private int length;

    /** Of a message that begins with its length: the octets of the whole as it says; 0 until it has. */
    private int announced;
    /** The octets with which the length was asked for and not yet known. */
    private int asked;

    Framing(int lineOctets, int maxOctets) {
        this.lineOctets = lineOctets;
        this.maxOctets = maxOctets;
    }

    /** What comes next ends there. */
    void expect(Frame frame) {
        awaited = frame instanceof Frame.AtMost piece ? Frame.exactly(Math.min(piece.count(), maxOctets)) : frame;
    }

    /** Whether a line is due, and not octets of another kind. */
    boolean lineDue() {
        return awaited instanceof Frame.Line;
    }

    /** Takes octets of a line, and none after it. */
    Optional<String> line(ByteBuffer source) throws LineException {
        LineDecoder decoding = decoder.isPresent() ? decoder.get() : new LineDecoder(lineOctets);
        Optional<String> line = decoding.decode(source);
        decoder = line.isPresent() ? Optional.empty() : Optional.of(decoding);
        return line;
    }

    /**
     * Takes octets up to the end of what is due, and none after it.
     *
     * @return the whole; empty if there is more to come, or none of it is to be waited for: see {@link #misannounced}
     */
    Optional<byte[]> octets(ByteBuffer source) {
        boolean whole;
        if (awaited instanceof Frame.UpTo ending) {
            whole = takeUpTo(ending.delimiters(), source);
        } else if (awaited instanceof Frame.Sized sized) {
            whole = takeSized(sized, source);
        } else {
            whole = take(source, ((Frame.Exactly) awaited).count());
        }
        return whole ? Optional.of(taken()) : Optional.empty();
    }

    /** The length that a message says it has, which is too much, or less than has come already. */
    OptionalInt misannounced() {
        return announced > maxOctets || (announced != 0 && announced < length)
                ? OptionalInt.of(announced)
                : OptionalInt.empty();
    }

    /**
     * Whether what was taken of a message begins like a record of TLS: a handshake or an alert, then the version (RFC 8446
     * section 5.1). Looked at only in a message whose length cannot be: in another they are a length.
     */
    boolean beginsLikeTls() {
        return length > 0 && FirstOctet.ofTlsOnly(held[0]) && (length == 1 || held[1] == RecordHeader.MAJOR_VERSION);
    }

    /** The octets of memory held. */
    int held() {
        return decoder.map(LineDecoder::held).orElse(0) + held.length;
    }

    /** Forgets what is not whole and overwrites it: nothing of it is glued to what comes later, which is a line. */
    void reset() {
        if (decoder.isPresent()) {
            decoder.get().reset();
        }
        decoder = Optional.empty();
        Arrays.fill(held, (byte) 0);
        forget();
    }

    private boolean takeUpTo(List<String> delimiters, ByteBuffer source) {
        while (source.hasRemaining()) {
            take(source, length + 1);
            for (String delimiter : delimiters) {
                if (endsWith(delimiter)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean takeSized(Frame.Sized sized, ByteBuffer source) {
        while (announced == 0 && take(source, Math.max(sized.head(), asked + 1))) {
            asked = length;
            OptionalInt total = sized.length().of(Arrays.copyOf(held, length));
            if (total.isPresent()) {
                // A length of nothing is shorter than its own head.
                announced = total.getAsInt() == 0 ? -1 : total.getAsInt();
            }
        }
        return announced != 0 && misannounced().isEmpty() && take(source, announced);
    }

    /** Takes octets until so many are held. Returns whether they are. */
    private boolean take(ByteBuffer source, int until) {
        int count = Math.min(source.remaining(), until - length);
        if (length + count > held.length) {
            grow(length + count, until);
        }
        source.get(held, length, count);
        length += count;
        return length == until;
    }

    /** To as much as is needed, and no more than is due: a piece of known length fills its array. */
    private void grow(int needed, int due) {
        byte[] outgrown = held;
        long size = Math.max(needed, Math.max(FIRST_SIZE, 2L * length));
        boolean known = announced > 0 || awaited instanceof Frame.Exactly;
        held = Arrays.copyOf(outgrown, (int) (known ? Math.min(due, size) : size));
        Arrays.fill(outgrown, (byte) 0);
    }

    private boolean endsWith(String delimiter) {
        int from = length - delimiter.length();
        if (from < 0) {
            return false;
        }
        for (int i = delimiter.length() - 1; i >= 0; i--) {
            if ((held[from + i] & 0xFF) != delimiter.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private byte[] taken() {
        byte[] whole = held;
        if (length < held.length) {
            whole = Arrays.copyOf(held, length);
            Arrays.fill(held, (byte) 0);
        }
        forget();
        return whole;
    }

    private void forget() {
        awaited = LINE;
        held = NOTHING;
        length = 0;
        announced = 0;
        asked = 0;
    }
}
