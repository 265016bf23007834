package dev.starttls.core.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Decrypted octets that did not fit where the application wanted them; overwritten once they were handed out. */
final class PendingPlaintext {

    /** None: one for all. */
    static final PendingPlaintext NONE = new PendingPlaintext(ByteBuffer.allocate(0));

    private final ByteBuffer held;

    private PendingPlaintext(ByteBuffer held) {
        this.held = held;
    }

    /** Takes a heap buffer that nobody else keeps, ready to be read. */
    static PendingPlaintext of(ByteBuffer decrypted) {
        return new PendingPlaintext(decrypted).rest();
    }

    /** Takes more of them, which come behind those that wait. */
    PendingPlaintext and(ByteBuffer decrypted) {
        if (!waiting()) {
            return of(decrypted);
        }
        ByteBuffer both = ByteBuffer.allocate(held.remaining() + decrypted.remaining());
        both.put(held.slice()).put(decrypted.slice()).flip();
        emptied();
        of(decrypted).emptied();
        return of(both);
    }

    boolean waiting() {
        return held.hasRemaining();
    }

    /** Hands out what there is room for. Returns what is left then. */
    PendingPlaintext give(ByteBuffer application) {
        int count = Math.min(application.remaining(), held.remaining());
        if (count > 0) {
            application.put(held.slice(held.position(), count));
            held.position(held.position() + count);
        }
        return rest();
    }

    /** The octets themselves, for a reader that takes them from here. */
    ByteBuffer octets() {
        return held;
    }

    /** What is left when some were taken. */
    PendingPlaintext rest() {
        return waiting() ? this : emptied();
    }

    /** Overwrites all, handed out or not. */
    PendingPlaintext emptied() {
        if (held.capacity() > 0) {
            int from = held.arrayOffset();
            Arrays.fill(held.array(), from, from + held.capacity(), (byte) 0);
        }
        return NONE;
    }

    /** How many octets of memory are kept, waiting or not. */
    int capacity() {
        return held.capacity();
    }
}
