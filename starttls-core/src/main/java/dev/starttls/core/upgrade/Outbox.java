package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/** The lines that a dialogue has said and that have not left yet. */
final class Outbox {

    /** A server stops listening to a client that does not take its replies. */
    private static final int FULL = 16_384;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private int octets;

    void add(List<String> lines) {
        for (String line : lines) {
            ByteBuffer encoded = LineEncoder.encode(line);
            octets += encoded.remaining();
            waiting.add(encoded);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean full() {
        return octets >= FULL;
    }

    void clear() {
        waiting.clear();
        octets = 0;
    }

    /** All that waits as one buffer, so that it leaves in one record; to be followed by {@link #settle}. */
    ByteBuffer joined() {
        if (waiting.size() > 1) {
            ByteBuffer all = ByteBuffer.allocate(octets);
            waiting.forEach(all::put);
            waiting.clear();
            waiting.add(all.flip());
        }
        return waiting.isEmpty() ? NOTHING : waiting.peek();
    }

    /** Forgets what has been taken from the buffer that {@link #joined} gave. */
    void settle() {
        ByteBuffer head = waiting.peek();
        if (head != null) {
            octets = head.remaining();
            if (octets == 0) {
                waiting.remove();
            }
        }
    }

    /** Puts as much as fits into the buffer, as it is. */
    void drain(ByteBuffer network) {
        ByteBuffer head = joined();
        int count = Math.min(head.remaining(), network.remaining());
        network.put(head.slice(head.position(), count));
        head.position(head.position() + count);
        settle();
    }
}
