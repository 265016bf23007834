package dev.starttls.conformance;

import java.util.ArrayDeque;
import java.util.Deque;

/** What would stay on this machine if the process ended now: running commands, files. Safe for use by several threads. */
final class Remains implements AutoCloseable {
    private final Deque<AutoCloseable> all = new ArrayDeque<>();
    private boolean closed;

    /** Closed at the end, in the order in which they come here; at once after the end. */
    synchronized void add(AutoCloseable one) {
        if (closed) {
            close(one);
        } else {
            all.add(one);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!all.isEmpty()) {
            close(all.remove());
        }
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) {
            // The process ends, and nobody could do anything about it.
            return;
        }
    }
}
