package dev.starttls.core.nio;

import java.nio.ByteBuffer;

/** The buffer of one direction: of the pool, and only as long as there are octets in it. One thread at a time. */
final class Lent {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final BufferPool pool;
    private ByteBuffer buffer = NOTHING;
    private int touched;

    Lent(BufferPool pool) {
        this.pool = pool;
    }

    /** The octets, to be read from. */
    ByteBuffer octets() {
        return buffer;
    }

    /** Room behind the octets, to put more in; to be followed by {@link #turn}. */
    ByteBuffer room() {
        if (!held()) {
            buffer = pool.take();
            touched = 0;
        } else {
            buffer.compact();
        }
        return buffer;
    }

    /** What was put in can be read. */
    void turn() {
        buffer.flip();
        touched = Math.max(touched, buffer.limit());
        releaseIfEmpty();
    }

    /** Gives the buffer back when all its octets were taken. */
    void releaseIfEmpty() {
        if (held() && !buffer.hasRemaining()) {
            ByteBuffer mine = buffer;
            buffer = NOTHING;
            pool.give(mine, touched);
        }
    }

    /** Gives the buffer back, whatever is in it. */
    void release() {
        buffer.position(buffer.limit());
        releaseIfEmpty();
    }

    boolean held() {
        return buffer.capacity() > 0;
    }
}
