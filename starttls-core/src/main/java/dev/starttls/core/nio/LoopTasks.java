package dev.starttls.core.nio;

import java.util.concurrent.ConcurrentLinkedQueue;

/** What other threads want done on a loop's thread, in their order. Nothing that was taken is forgotten, whenever the loop ends. */
final class LoopTasks {

    /** Something to be done on the loop's thread. */
    interface Arrival {

        void run();

        /** The loop has ended before; called by its thread. */
        default void tooLate() {}
    }

    /** Something to be done in any case: where the loop has ended, by the thread that brings it. */
    interface LastArrival extends Arrival {

        @Override
        default void tooLate() {
            run();
        }
    }

    private final ConcurrentLinkedQueue<Arrival> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** Returns false if it came too late, and nothing will be called. */
    boolean add(Arrival arrival) {
        waiting.add(arrival);
        // The thread that has taken it out, this one or the loop's at its end, alone decides what becomes of it.
        return !over || !waiting.remove(arrival);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Runs what is there now, and nothing that is put back meanwhile: that has its turn after others have had theirs. */
    void runPresent() {
        int present = waiting.size();
        while (present-- > 0 && runNext()) {
            // Each is contained.
        }
    }

    /** Runs the one that came first. Returns whether there was any. */
    boolean runNext() {
        Arrival next = waiting.poll();
        if (next == null) {
            return false;
        }
        try {
            next.run();
        } catch (Throwable fault) {
            // Each arrival ends its own connection; this is what went wrong even so.
            LoopThread.report(fault);
        }
        LoopThread.takeInterrupt();
        return true;
    }

    /** Takes nothing more. */
    void end() {
        over = true;
        for (Arrival next = waiting.poll(); next != null; next = waiting.poll()) {
            next.tooLate();
            LoopThread.takeInterrupt();
        }
    }
}
