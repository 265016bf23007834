package dev.starttls.core.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Decrypted octets that did not fit in the application's buffer; overwritten once they were handed out. */
final class PendingPlaintext {

    /** Without octets; shared by all connections. */
    static final PendingPlaintext NONE = new PendingPlaintext(ByteBuffer.allocate(0));

    private final ByteBuffer held;

    private PendingPlaintext(ByteBuffer held) {
        this.held = held;
    }

    /** Takes a heap buffer, ready to be read, which the caller must not keep. */
    static PendingPlaintext of(ByteBuffer decrypted) {
        return new PendingPlaintext(decrypted).rest();
    }

    /** Takes a further buffer, whose octets come after those that wait. */
    PendingPlaintext and(ByteBuffer decrypted) {
        if (!waiting()) {
            return of(decrypted);
        }
        ByteBuffer both = ByteBuffer.allocate(held.remaining() + decrypted.remaining());
        both.put(held.slice()).put(decrypted.slice()).flip();
        erased();
        of(decrypted).erased();
        return of(both);
    }

    boolean waiting() {
        return held.hasRemaining();
    }

    /** Hands out what there is room for. Returns what remains. */
    PendingPlaintext give(ByteBuffer application) {
        int count = Math.min(application.remaining(), held.remaining());
        if (count > 0) {
            application.put(held.slice(held.position(), count));
            held.position(held.position() + count);
        }
        return rest();
    }

    /** The octets themselves, for a reader that takes them from this buffer. */
    ByteBuffer octets() {
        return held;
    }

    /** What remains after a reader has taken octets from the buffer. */
    PendingPlaintext rest() {
        return waiting() ? this : erased();
    }

    /** Overwrites all, handed out or not. */
    PendingPlaintext erased() {
        if (held.capacity() > 0) {
            int from = held.arrayOffset();
            Arrays.fill(held.array(), from, from + held.capacity(), (byte) 0);
        }
        return NONE;
    }

    /** The capacity of the buffer kept, in octets. */
    int capacity() {
        return held.capacity();
    }
}
