package dev.starttls.core.nio;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The deadlines of a loop's connections, the next one first. Only the loop's thread touches them. */
final class Deadlines {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final Comparator<Timed> SOONEST =
            (a, b) -> a.at == b.at ? Long.compare(a.number, b.number) : Long.signum(a.at - b.at);

    private final TreeSet<Timed> waiting = new TreeSet<>(SOONEST);
    private long numbers;

    /**
     * Has a deadline. It may move it to later without a call, and is asked again when the time comes; when it moves it to
     * earlier, {@link #nearer} is to be called.
     */
    abstract static class Timed {

        private long at;
        /** Where it stands among those of the same time; 0 while it does not wait. */
        private long number;

        /** When, in nanoseconds of {@link System#nanoTime}; empty when it has no deadline any more. */
        abstract Optional<Long> due();

        /** The deadline has passed. */
        abstract void expired();

        /** That threw what it should not have: it is over. */
        public abstract void broken(Throwable thrown);
    }

    /** Asks for the deadline and keeps it, in the place of an earlier one of the same. */
    void set(Timed timed) {
        drop(timed);
        timed.due().ifPresent(at -> add(timed, at));
    }

    /** Asks for the deadline, which may have moved to earlier or be a first one. */
    void nearer(Timed timed) {
        Optional<Long> due = timed.due();
        if (due.isPresent() && (timed.number == 0 || due.get() - timed.at < 0)) {
            add(timed, due.get());
        }
    }

    /** One that the loop has kept waiting has been served. */
    void resume(LoopMember member) {
        if (member instanceof Timed timed && timed.number == 0) {
            timed.due().ifPresent(at -> add(timed, at));
        }
    }

    /** Forgets the deadline, if there is one. */
    void drop(Timed timed) {
        if (timed.number != 0) {
            waiting.remove(timed);
            timed.number = 0;
        }
    }

    /** How long to wait for the next, in milliseconds, at least 1; 0 for ever. */
    long millisToNext(long now) {
        return waiting.isEmpty() ? 0 : Math.max(1, (waiting.first().at - now) / NANOS_PER_MILLI + 1);
    }

    /**
     * Calls those whose time has come.
     *
     * @param held whether the loop keeps one waiting: its deadline is forgotten until it is {@link #resume resumed}
     */
    void expire(long now, Predicate<Timed> held) {
        while (!waiting.isEmpty() && waiting.first().at - now <= 0) {
            Timed next = waiting.pollFirst();
            next.number = 0;
            if (held.test(next)) {
                continue;
            }
            if (next.due().filter(at -> at - now <= 0).isPresent()) {
                LoopThread.contained(next::expired, next::broken);
            }
            // One that does not give up is asked again, but not in this turn.
            if (held.test(next)) {
                continue;
            }
            next.due().ifPresent(at -> add(next, at - now <= 0 ? now + NANOS_PER_MILLI : at));
        }
    }

    int size() {
        return waiting.size();
    }

    private void add(Timed timed, long at) {
        drop(timed);
        timed.at = at;
        timed.number = ++numbers;
        waiting.add(timed);
    }
}
