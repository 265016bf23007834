package dev.starttls.core.nio;

import java.util.ArrayDeque;

/**
 * Network buffers that are lent to a connection while octets are on their way and given back when none are, so that idle
 * connections hold none. What a connection had in its buffer is overwritten before another gets it: engines decrypt in
 * place, so that it may be more than what was on the wire. Not so the TLS records that this side has made, which are on the
 * wire as they are in the buffer.
 */
final class BufferPool {

    /** Two records of the greatest length (RFC 8446 section 5.2), or several smaller ones. */
    static final int SIZE = 34_816;

    private static final int KEPT = 64;

    private static final BufferPool SHARED = new BufferPool();

    private final ArrayDeque<Lent> free = new ArrayDeque<>(KEPT);
    private final Lent idle = new Lent(this, 0);

    static BufferPool shared() {
        return SHARED;
    }

    /** What a direction has that needs no buffer; there is no room in it. */
    Lent idle() {
        return idle;
    }

    /** An empty buffer with an array; what is in it is zeros, or of records that another connection has sent. */
    Lent take() {
        synchronized (free) {
            Lent lent = free.pollLast();
            if (lent != null) {
                return lent;
            }
        }
        return new Lent(this, SIZE);
    }

    /** Takes a buffer back, which its user must not touch any more. Returns {@link #idle}. */
    Lent give(Lent lent) {
        lent.wipe();
        synchronized (free) {
            if (free.size() < KEPT) {
                free.addLast(lent);
            }
        }
        return idle;
    }
}
