package dev.starttls.core.nio;

import java.util.concurrent.ConcurrentLinkedQueue;

/** What other threads want done on a loop's thread. Nothing that was taken is forgotten, whenever the loop ends. */
final class Arrivals {

    /** Something to be done on the loop's thread. */
    interface Arrival {

        void run();

        /** The loop has ended before; called by its thread. */
        default void tooLate() {}
    }

    private final ConcurrentLinkedQueue<Arrival> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** Returns false if it came too late, and nothing will be called. */
    boolean add(Arrival arrival) {
        waiting.add(arrival);
        // Whoever has taken it out, this thread or the loop's at its end, knows alone what becomes of it.
        return !over || !waiting.remove(arrival);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void runAll() {
        for (Arrival next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    /** Takes nothing more. */
    void end() {
        over = true;
        for (Arrival next = waiting.poll(); next != null; next = waiting.poll()) {
            next.tooLate();
        }
    }
}
