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
    /** A reader asks for it too while a writer empties the box. */
    private volatile int octets;

    void add(List<String> lines) {
        int count = octets;
        for (String line : lines) {
            ByteBuffer encoded = LineEncoder.encode(line);
            count += encoded.remaining();
            waiting.add(encoded);
        }
        octets = count;
    }

    boolean isEmpty() {
        return octets == 0;
    }

    boolean full() {
        return octets >= FULL;
    }

    int octets() {
        return octets;
    }

    void clear() {
        waiting.forEach(Outbox::wipe);
        waiting.clear();
        octets = 0;
    }

    /** All that waits as one buffer, so that it leaves in one record; to be followed by {@link #settle}. */
    ByteBuffer joined() {
        if (waiting.size() > 1) {
            ByteBuffer all = ByteBuffer.allocate(octets);
            waiting.forEach(line -> {
                all.put(line);
                wipe(line);
            });
            waiting.clear();
            waiting.add(all.flip());
        }
        return waiting.isEmpty() ? NOTHING : waiting.peek();
    }

    /** Forgets what has been taken from the buffer that {@link #joined} gave. */
    void settle() {
        ByteBuffer head = waiting.peek();
        if (head != null) {
            if (!head.hasRemaining()) {
                wipe(waiting.remove());
            }
            octets = head.remaining();
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

    private static void wipe(ByteBuffer line) {
        for (int i = 0; i < line.limit(); i++) {
            line.put(i, (byte) 0);
        }
    }
}
