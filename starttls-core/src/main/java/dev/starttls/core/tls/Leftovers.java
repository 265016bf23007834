package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Decrypted octets that did not fit where the application wanted them; overwritten once they were handed out. */
final class Leftovers {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer held = NOTHING;

    boolean waiting() {
        return held.hasRemaining();
    }

    /** Takes a heap buffer that nobody else keeps, ready to be read. */
    void keep(ByteBuffer decrypted) {
        held = decrypted;
        settle();
    }

    void give(ByteBuffer application) {
        int count = Math.min(application.remaining(), held.remaining());
        if (count > 0) {
            application.put(held.slice(held.position(), count));
            held.position(held.position() + count);
        }
        settle();
    }

    /** The octets themselves, for a reader that takes them from here. */
    ByteBuffer octets() {
        settle();
        return held;
    }

    void release() {
        if (held.capacity() > 0) {
            int from = held.arrayOffset();
            Arrays.fill(held.array(), from, from + held.capacity(), (byte) 0);
            held = NOTHING;
        }
    }

    /** How many octets of memory are kept, waiting or not. */
    int capacity() {
        return held.capacity();
    }

    private void settle() {
        if (!held.hasRemaining()) {
            release();
        }
    }
}
