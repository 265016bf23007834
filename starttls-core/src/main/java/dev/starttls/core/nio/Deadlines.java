package dev.starttls.core.nio;

import java.util.Optional;
import java.util.PriorityQueue;

/** The deadlines of a loop's connections, the next one first. Only the loop's thread touches them. */
final class Deadlines {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final PriorityQueue<Entry> entries = new PriorityQueue<>((a, b) -> Long.signum(a.nanos - b.nanos));

    /** Who has a deadline; it may move it to later without telling, and is asked again when the entry comes up. */
    abstract static class Timed {

        private Optional<Entry> entry = Optional.empty();

        /** When, in nanoseconds of {@link System#nanoTime}; empty when there is none any more. */
        abstract Optional<Long> due();

        /** The deadline has passed. */
        abstract void expired();
    }

    private static final class Entry {
        private final long nanos;
        private final Timed timed;

        Entry(long nanos, Timed timed) {
            this.nanos = nanos;
            this.timed = timed;
        }
    }

    /** Adds the deadline, in the place of an earlier one of the same. */
    void set(Timed timed) {
        timed.entry = timed.due().map(nanos -> new Entry(nanos, timed));
        timed.entry.ifPresent(entries::add);
    }

    /** How long to wait for the next, in milliseconds, at least 1; 0 for ever. */
    long millisToNext(long now) {
        Entry next = entries.peek();
        return next == null ? 0 : Math.max(1, (next.nanos - now) / NANOS_PER_MILLI + 1);
    }

    void expire(long now) {
        for (Entry next = entries.peek(); next != null && next.nanos - now <= 0; next = entries.peek()) {
            entries.remove();
            Timed timed = next.timed;
            if (timed.entry.isPresent() && timed.entry.get() == next) {
                if (timed.due().isPresent() && timed.due().get() - now <= 0) {
                    timed.expired();
                }
                set(timed);
            }
        }
    }
}
