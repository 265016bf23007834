package dev.starttls.core.engine;

import java.nio.ByteBuffer;

/** Records for the peer that did not fit in the network buffer; given out in pieces that do. */
final class PendingRecords {

    /** Without octets; shared by all connections. */
    static final PendingRecords NONE = new PendingRecords(ByteBuffer.allocate(0));

    private final ByteBuffer held;

    private PendingRecords(ByteBuffer held) {
        this.held = held;
    }

    /** Takes a buffer, ready to be read, which the caller must not keep. */
    static PendingRecords of(ByteBuffer records) {
        if (!records.hasRemaining()) {
            return NONE;
        }
        // A prepared ClientHello may wait long: it should not occupy a buffer for the longest of records.
        return new PendingRecords(
                records.remaining() < records.capacity() / 2
                        ? ByteBuffer.allocate(records.remaining()).put(records).flip()
                        : records);
    }

    /** Whether any wait. May be called by any thread; the other methods by the sending thread only. */
    boolean waiting() {
        return this != NONE;
    }

    /** Gives out what there is room for. Returns what remains. */
    PendingRecords drain(ByteBuffer network) {
        int count = Math.min(network.remaining(), held.remaining());
        if (count > 0) {
            network.put(held.slice(held.position(), count));
            held.position(held.position() + count);
        }
        return held.hasRemaining() ? this : NONE;
    }

    /** The capacity of the buffer kept, in octets. */
    int capacity() {
        return held.capacity();
    }
}
