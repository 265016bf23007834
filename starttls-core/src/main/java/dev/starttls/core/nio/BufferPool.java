package dev.starttls.core.nio;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Network buffers that are lent to a connection while octets are on their way and given back when none are, so that idle
 * connections hold none. What a connection had in its buffer is overwritten before another gets it: engines decrypt in
 * place, so that it may be more than what was on the wire.
 */
final class BufferPool {

    /** Two records of the greatest length (RFC 8446 section 5.2), or several smaller ones. */
    static final int SIZE = 34_816;

    private static final int KEPT = 64;

    private static final BufferPool SHARED = new BufferPool();

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(KEPT);

    static BufferPool shared() {
        return SHARED;
    }

    /** An empty buffer with an array, all zeros. */
    ByteBuffer take() {
        synchronized (free) {
            ByteBuffer buffer = free.pollLast();
            if (buffer != null) {
                return buffer;
            }
        }
        return ByteBuffer.allocate(SIZE);
    }

    /**
     * Takes a buffer back, which its user must not touch any more.
     *
     * @param touched how many octets from its beginning its user may have written
     */
    void give(ByteBuffer buffer, int touched) {
        Arrays.fill(buffer.array(), buffer.arrayOffset(), buffer.arrayOffset() + touched, (byte) 0);
        buffer.clear();
        synchronized (free) {
            if (free.size() < KEPT) {
                free.addLast(buffer);
            }
        }
    }
}
