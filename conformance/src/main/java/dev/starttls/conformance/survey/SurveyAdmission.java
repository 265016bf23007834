package dev.starttls.conformance.survey;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits how many targets are asked at the same time: thousands of silent ones, but so few that answer that neither this machine,
 * nor its network, nor they are overloaded. A target counts as busy for a second from its beginning, or for as long as targets
 * may take now if that is longer, and from its first line to its end.
 *
 * <p>How many may be busy adapts, second by second, to how long targets take to their first line, and from there to their end.
 * Where half of them take longer than a second, the cause is most likely what all of them share, which begins with the
 * processor of this machine: the window is halved, so that this slowness does not grow to their time limits and is reported as
 * theirs. Otherwise the window grows by half. Where targets are as slow with the smallest window, they are slow by themselves, as
 * those are that let every client wait before they greet: they are then taken as the measure. It grows no
 * faster than the effect of the last growth is seen, which is when those end that were admitted after it.
 * Safe for use by several threads.
 */
final class SurveyAdmission {
    /** Most hosts that answer at all do so within a second; one that has not is probably silent, and costs nothing. */
    private static final long FRESH = 1_000_000_000;

    /** Between two changes of the window at least, in nanoseconds. */
    private static final long ROUND = 1_000_000_000;

    /** So long with the smallest window shows that fewer targets do not make them faster: other clients' limits are over. */
    private static final long MAX_AT_MINIMUM = 30 * ROUND;

    /** The times of a round that are kept, for their median; the first of them are as good as any. */
    private static final int MAX_TIMES = 4096;

    private final int max;
    private final int minBusy;
    private final int maxBusy;
    private final LongSupplier clock;
    private final Deque<Admitted> fresh = new ArrayDeque<>();
    private final long[] times = new long[MAX_TIMES];
    private int timed;
    private long roundBegan;
    /** How long this round is at least: twice what targets take, so that half of those that end in it began after the change. */
    private long round = ROUND;
    /** For how long targets have been late with the smallest window, in nanoseconds. */
    private long atMinimum;
    /** What half of the targets must not exceed. */
    private long late = FRESH;
    /** How many may be busy now. */
    private int window;
    /** Whether half of them were late in the last round: one without a word may then be late too, and counts as busy. */
    private boolean overloaded;

    private int underway;
    private int busy;

    /**
     * None is admitted yet.
     *
     * @param max how many at the same time
     * @param minBusy how many of them may be busy in any case, and at the beginning
     * @param maxBusy how many of them may be busy at most
     * @param clock nanoseconds
     */
    SurveyAdmission(int max, int minBusy, int maxBusy, LongSupplier clock) {
        this.max = max;
        this.minBusy = minBusy;
        this.maxBusy = maxBusy;
        this.clock = clock;
        this.window = minBusy;
        this.roundBegan = clock.getAsLong();
    }

    private enum State {
        FRESH,
        QUIET,
        SPEAKING,
        DONE
    }

    /** A target that is being asked. */
    final class Admitted {
        private final long began;
        /** When its present state began to matter: its beginning, or its first line. */
        private long since;

        private State state = State.FRESH;

        private Admitted(long began) {
            this.began = began;
            this.since = began;
        }

        /** The target has sent something. */
        void heard() {
            become(State.SPEAKING);
        }

        /** Its result is written. */
        void done() {
            become(State.DONE);
        }

        private void become(State next) {
            synchronized (SurveyAdmission.this) {
                if (state == State.DONE || state == next) {
                    return;
                }
                // A target that ends without a word was perhaps silent: its time is the limit, and says nothing.
                if (next == State.SPEAKING || state == State.SPEAKING) {
                    long now = clock.getAsLong();
                    took(now - since);
                    since = now;
                }
                busy += (counts(next) ? 1 : 0) - (counts(state) ? 1 : 0);
                underway -= next == State.DONE ? 1 : 0;
                state = next;
                SurveyAdmission.this.notifyAll();
            }
        }
    }

    private static boolean counts(State state) {
        return state == State.FRESH || state == State.SPEAKING;
    }

    private void took(long nanos) {
        if (timed < MAX_TIMES) {
            times[timed++] = nanos;
        }
    }

    /** Changes the window by what was measured, if a round is over. */
    private void adapt(long now) {
        long passed = now - roundBegan;
        if (passed < round) {
            return;
        }
        roundBegan = now;
        Arrays.sort(times, 0, timed);
        long median = timed == 0 ? 0 : times[timed / 2];
        // Where none has ended, nothing is known that was not known before.
        overloaded = timed == 0 ? overloaded : median > late;
        timed = 0;
        if (!overloaded) {
            window = Math.min(maxBusy, window + Math.max(1, window / 2));
            atMinimum = 0;
            late = Math.max(FRESH, Math.min(late, 4 * median));
        } else if (window > minBusy) {
            window = Math.max(minBusy, window / 2);
        } else {
            atMinimum += passed;
            if (atMinimum >= MAX_AT_MINIMUM) {
                atMinimum = 0;
                // Less than one step of growth adds if they share something all the same.
                late = Math.max(FRESH, median + median / 4);
                overloaded = false;
            }
        }
        round = overloaded || late == FRESH ? ROUND : Math.max(ROUND, 2 * median);
    }

    /** How many may be busy now. */
    synchronized int window() {
        return window;
    }

    /** Admits one more target if that is possible now. */
    synchronized Optional<Admitted> tryEnter() {
        long now = clock.getAsLong();
        adapt(now);
        while (!fresh.isEmpty() && now - fresh.element().began >= late) {
            Admitted old = fresh.remove();
            if (old.state == State.FRESH) {
                old.become(State.QUIET);
            }
        }
        if (underway >= max || (overloaded ? underway : busy) >= window) {
            return Optional.empty();
        }
        Admitted admitted = new Admitted(now);
        fresh.add(admitted);
        underway++;
        busy++;
        return Optional.of(admitted);
    }

    /** Waits until one more target is admitted. */
    synchronized Admitted enter() throws InterruptedException {
        Optional<Admitted> admitted = tryEnter();
        while (admitted.isEmpty()) {
            // A target also becomes quiet by the passing of time, which nothing reports.
            wait(100);
            admitted = tryEnter();
        }
        return admitted.get();
    }

    /** Waits until no target is underway. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (underway > 0) {
            wait();
        }
    }
}
