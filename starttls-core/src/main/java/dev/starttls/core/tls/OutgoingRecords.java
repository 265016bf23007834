package dev.starttls.core.tls;

import java.nio.ByteBuffer;

/** Octets for the peer that did not fit where they were to go; given out in whatever pieces do. */
final class OutgoingRecords {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer held = NOTHING;
    /** Tells any thread what {@link #held} tells the sending one. */
    private volatile boolean waiting;

    boolean waiting() {
        return waiting;
    }

    /** Takes a buffer that nobody else keeps, ready to be read; none may be waiting. */
    void keep(ByteBuffer records) {
        // A prepared ClientHello may wait long: it should not occupy a buffer for the greatest of records.
        held = records.remaining() < records.capacity() / 2
                ? ByteBuffer.allocate(records.remaining()).put(records).flip()
                : records;
        settle();
    }

    void drain(ByteBuffer network) {
        if (waiting) {
            int count = Math.min(network.remaining(), held.remaining());
            network.put(held.slice(held.position(), count));
            held.position(held.position() + count);
            settle();
        }
    }

    void release() {
        held = NOTHING;
        waiting = false;
    }

    /** How many octets of memory are kept, waiting or not. */
    int capacity() {
        return held.capacity();
    }

    private void settle() {
        waiting = held.hasRemaining();
        if (!waiting) {
            held = NOTHING;
        }
    }
}
