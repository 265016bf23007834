package dev.starttls.core.nio;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Network buffers that are lent to a connection while octets are on their way and given back when none are, so that idle
 * connections hold none. What a connection had in its buffer is overwritten before another gets it: engines decrypt in
 * place, so that it may be more than what was on the wire. Not so the TLS records that this side has made, which are on the
 * wire as they are in the buffer.
 *
 * <p>A thread puts a buffer where it looks first when it needs one: what it gets is in the cache of its processor, and no
 * other thread waits for it. What does not fit there is in a list that all share.
 */
final class BufferPool {

    /**
     * Two records of the greatest length with 763 octets to spare for each (16,645 octets: RFC 8446 section 5.2; SunJSSE asks
     * for room for 16,709), or several smaller ones. A write to the network costs as much as encrypting a record or more, so
     * that one should not go alone; a third would gain less than half of what the second does.
     */
    static final int SIZE = 34_816;

    /**
     * Buffers kept when no connection needs them: 2 MiB at most for a process. As many connections have octets on their way
     * at the same time in a busy server of a few cores; beyond that, a new buffer costs the 2 microseconds of clearing it.
     */
    private static final int MAX_KEPT = 64;

    /** A power of two. Threads whose numbers are the same modulo this share a place; a server has as many loops as cores. */
    private static final int PLACES = 16;
    /** From one place to the next, in references: 128 octets or more, so that no two are in one line of a cache. */
    private static final int STRIDE = 32;

    private static final BufferPool SHARED = new BufferPool();

    private final AtomicReferenceArray<PooledBuffer> places = new AtomicReferenceArray<>(PLACES * STRIDE);
    private final ArrayDeque<PooledBuffer> free = new ArrayDeque<>(MAX_KEPT - PLACES);
    private final PooledBuffer idle = new PooledBuffer(this, 0);

    static BufferPool shared() {
        return SHARED;
    }

    /** What a direction has that needs no buffer; there is no room in it. */
    PooledBuffer idle() {
        return idle;
    }

    /** An empty buffer with an array; what is in it is zeros, or of records that another connection has sent. */
    PooledBuffer take() {
        PooledBuffer own = places.getAndSet(ownPlace(), null);
        if (own != null) {
            return own;
        }
        synchronized (free) {
            PooledBuffer lent = free.pollLast();
            if (lent != null) {
                return lent;
            }
        }
        for (int place = 0; place < PLACES * STRIDE; place += STRIDE) {
            PooledBuffer others = places.getAndSet(place, null);
            if (others != null) {
                return others;
            }
        }
        return new PooledBuffer(this, SIZE);
    }

    /** Takes a buffer back, which its user must not touch any more. Returns {@link #idle}. */
    PooledBuffer give(PooledBuffer lent) {
        lent.wipe();
        if (!places.compareAndSet(ownPlace(), null, lent)) {
            keep(lent);
        }
        return idle;
    }

    /** In the list, or when that is full in any place; where no place is free it is left to the garbage collector. */
    private void keep(PooledBuffer lent) {
        synchronized (free) {
            if (free.size() < MAX_KEPT - PLACES) {
                free.addLast(lent);
                return;
            }
        }
        for (int place = 0; place < PLACES * STRIDE; place += STRIDE) {
            if (places.compareAndSet(place, null, lent)) {
                return;
            }
        }
    }

    private static int ownPlace() {
        return ((int) Thread.currentThread().getId() & (PLACES - 1)) * STRIDE;
    }
}
