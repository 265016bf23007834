package dev.starttls.conformance.survey;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits how many targets are asked at the same time: thousands of silent ones, but so few that answer that neither this machine
 * nor they are overloaded with handshakes. A target counts as busy for a second from its beginning, and from its first line to
 * its end. Safe for use by several threads.
 */
final class SurveyAdmission {
    /** Most hosts that answer at all do so within a second; one that has not is probably silent, and costs nothing. */
    private static final long FRESH = 1_000_000_000;

    private final int max;
    private final int maxBusy;
    private final LongSupplier clock;
    private final Deque<Admitted> fresh = new ArrayDeque<>();
    private int underway;
    private int busy;

    /**
     * None is admitted yet.
     *
     * @param max how many at the same time
     * @param maxBusy how many of them may be busy
     * @param clock nanoseconds
     */
    SurveyAdmission(int max, int maxBusy, LongSupplier clock) {
        this.max = max;
        this.maxBusy = maxBusy;
        this.clock = clock;
    }

    private enum State {
        FRESH,
        QUIET,
        SPEAKING,
        DONE
    }

    /** A target that is being asked. */
    final class Admitted {
        private final long since;
        private State state = State.FRESH;

        private Admitted(long since) {
            this.since = since;
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
                if (state == State.DONE) {
                    return;
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

    /** Admits one more target if that is possible now. */
    synchronized Optional<Admitted> tryEnter() {
        long now = clock.getAsLong();
        while (!fresh.isEmpty() && now - fresh.element().since >= FRESH) {
            Admitted old = fresh.remove();
            if (old.state == State.FRESH) {
                old.become(State.QUIET);
            }
        }
        if (underway >= max || busy >= maxBusy) {
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
