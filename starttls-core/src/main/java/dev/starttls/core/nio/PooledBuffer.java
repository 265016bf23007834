package dev.starttls.core.nio;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A buffer of the pool, lent to one direction as long as there are octets in it. A direction keeps what the calls return:
 * when it is idle that is the pool's {@link BufferPool#idle}, which all share. One thread at a time.
 */
final class PooledBuffer {

    private final BufferPool pool;
    private final ByteBuffer buffer;
    /** So many octets are to be overwritten before another gets the buffer. */
    private int touched;

    /** Not lent yet. */
    PooledBuffer(BufferPool pool, int size) {
        this.pool = pool;
        this.buffer = ByteBuffer.allocate(size).flip();
    }

    /** The octets, to be read from. */
    ByteBuffer octets() {
        return buffer;
    }

    /** One that octets can be put in. */
    PooledBuffer acquire() {
        return held() ? this : pool.take();
    }

    /** Room after the octets, to put more in; to be followed by {@link #flip}. */
    ByteBuffer room() {
        return buffer.compact();
    }

    /** What was put in can be read. */
    PooledBuffer flip() {
        buffer.flip();
        touched = Math.max(touched, buffer.limit());
        return releaseIfEmpty();
    }

    /**
     * The same of records that this side has made, which are not overwritten: anything on the way to the peer can read them.
     * An engine may encrypt in place, and has put a record over all that it was given by then.
     */
    PooledBuffer flipRecords() {
        buffer.flip();
        return releaseIfEmpty();
    }

    /** Overwrites the room, in which an engine that has failed may have left what it was to encrypt. */
    void wipeRoom() {
        int from = buffer.arrayOffset();
        Arrays.fill(buffer.array(), from + buffer.position(), from + buffer.limit(), (byte) 0);
    }

    /** Gives the buffer back when all its octets were taken. */
    PooledBuffer releaseIfEmpty() {
        return buffer.hasRemaining() ? this : release();
    }

    /** Gives the buffer back, whatever is in it. */
    PooledBuffer release() {
        return held() ? pool.give(this) : this;
    }

    boolean held() {
        return buffer.capacity() > 0;
    }

    /** Overwrites what its user may have written. */
    void wipe() {
        Arrays.fill(buffer.array(), buffer.arrayOffset(), buffer.arrayOffset() + touched, (byte) 0);
        touched = 0;
        buffer.clear().flip();
    }
}
