package dev.starttls.core.engine;

import java.nio.ByteBuffer;

/** Octets for the peer that did not fit where they were to go; given out in whatever pieces do. */
final class PendingRecords {

    /** None: one for all. */
    static final PendingRecords NONE = new PendingRecords(ByteBuffer.allocate(0));

    private final ByteBuffer held;

    private PendingRecords(ByteBuffer held) {
        this.held = held;
    }

    /** Takes a buffer that nobody else keeps, ready to be read. */
    static PendingRecords of(ByteBuffer records) {
        if (!records.hasRemaining()) {
            return NONE;
        }
        // A prepared ClientHello may wait long: it should not occupy a buffer for the greatest of records.
        return new PendingRecords(
                records.remaining() < records.capacity() / 2
                        ? ByteBuffer.allocate(records.remaining()).put(records).flip()
                        : records);
    }

    /** Whether there are any; for any thread, where the other calls are the sending one's. */
    boolean waiting() {
        return this != NONE;
    }

    /** Gives out what there is room for. Returns what is left then. */
    PendingRecords drain(ByteBuffer network) {
        int count = Math.min(network.remaining(), held.remaining());
        if (count > 0) {
            network.put(held.slice(held.position(), count));
            held.position(held.position() + count);
        }
        return held.hasRemaining() ? this : NONE;
    }

    /** How many octets of memory are kept, waiting or not. */
    int capacity() {
        return held.capacity();
    }
}
