package dev.starttls.core.upgrade;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a dialogue has said and what has not left yet: as one piece, so that it leaves in one record. */
final class PendingOutput {

    /** Octets with which a server reads no more from a client that does not take its replies: what one TLS record holds. */
    private static final int FULL = 16_384;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer waiting = NOTHING;
    /** A reader asks for it too while a writer empties the box. */
    private volatile int octets;

    void add(Output output) {
        if (output.isEmpty()) {
            return;
        }
        ByteBuffer more = output.buffer();
        makeRoom(more.remaining());
        int end = waiting.limit();
        waiting.limit(end + more.remaining());
        more.get(waiting.array(), waiting.arrayOffset() + end, more.remaining());
        octets = waiting.remaining();
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
        wipe(waiting);
        waiting = NOTHING;
        octets = 0;
    }

    /** All that waits; to be followed by {@link #settle}. */
    ByteBuffer waiting() {
        return waiting;
    }

    /** Forgets what has been taken from the buffer that {@link #waiting} gave. */
    void settle() {
        if (waiting.hasRemaining()) {
            octets = waiting.remaining();
        } else {
            clear();
        }
    }

    /** Puts as much as fits into the buffer, as it is. */
    void drain(ByteBuffer network) {
        int count = Math.min(waiting.remaining(), network.remaining());
        network.put(waiting.slice(waiting.position(), count));
        waiting.position(waiting.position() + count);
        settle();
    }

    private void makeRoom(int more) {
        if (waiting.capacity() - waiting.limit() < more) {
            ByteBuffer outgrown = waiting;
            // What is pipelined is answered one by one: a copy for each of the answers would be one too many.
            int size = outgrown.hasRemaining() ? 2 * (outgrown.remaining() + more) : more;
            waiting = ByteBuffer.allocate(size).put(outgrown).flip();
            wipe(outgrown);
        }
    }

    private static void wipe(ByteBuffer octets) {
        Arrays.fill(octets.array(), octets.arrayOffset(), octets.arrayOffset() + octets.limit(), (byte) 0);
    }
}
