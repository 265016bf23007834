package dev.starttls.core.nio;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Network buffers that are lent to a connection while octets are on their way and given back when none are, so that idle
 * connections hold none. They carry octets as they are on the wire.
 */
final class BufferPool {

    /** One record of the greatest length (RFC 8446 section 5.2) and some, or several smaller ones. */
    static final int SIZE = 34_816;

    private static final int KEPT = 64;

    private static final BufferPool SHARED = new BufferPool();

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(KEPT);

    static BufferPool shared() {
        return SHARED;
    }

    ByteBuffer take() {
        synchronized (free) {
            ByteBuffer buffer = free.pollLast();
            if (buffer != null) {
                return buffer;
            }
        }
        return ByteBuffer.allocate(SIZE);
    }

    void give(ByteBuffer buffer) {
        buffer.clear();
        synchronized (free) {
            if (free.size() < KEPT) {
                free.addLast(buffer);
            }
        }
    }
}
