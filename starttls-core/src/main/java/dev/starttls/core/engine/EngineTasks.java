package dev.starttls.core.engine;

import java.util.Optional;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Hands out an engine's delegated tasks, one at a time, and remembers what they threw. */
final class EngineTasks {

    private final GuardedEngine engine;
    private volatile Condition condition = Condition.NONE;
    private volatile Throwable thrown;

    /** What there is of a task. */
    private enum Condition {
        /** None. */
        NONE,
        /** A call of the pump has found that the engine waits for one. */
        DUE,
        /** One was handed out that has not ended. */
        RUNNING,
        /** One has ended, or could not be had; the engine was not called since. */
        ENDED,
        /** The engine waits for one and has none. */
        MISSING
    }

    EngineTasks(GuardedEngine engine) {
        this.engine = engine;
    }

    /** The engine waits for a task. */
    void due() {
        move(Condition.NONE, Condition.DUE);
    }

    /** Whether the engine waits for a task, handed out or not. */
    boolean awaited() {
        return condition == Condition.DUE || condition == Condition.RUNNING;
    }

    /** Whether a task was handed out that has not ended. */
    boolean running() {
        return condition == Condition.RUNNING;
    }

    synchronized Optional<Runnable> next() {
        if (running()) {
            return Optional.empty();
        }
        Runnable first;
        try {
            first = engine.engine().getDelegatedTask();
        } catch (RuntimeException | Error e) {
            thrown = e;
            condition = Condition.ENDED;
            return Optional.empty();
        }
        if (first == null) {
            if (engine.status() == HandshakeStatus.NEED_TASK) {
                // Whoever asks again and again for a task that never comes would wait for ever.
                condition = Condition.MISSING;
            } else {
                move(Condition.DUE, Condition.NONE);
            }
            return Optional.empty();
        }
        condition = Condition.RUNNING;
        return Optional.of(new Task(first));
    }

    /** Whether there is none, and {@link #check} has nothing to do. */
    boolean quiet() {
        return condition == Condition.NONE;
    }

    /** Whether {@link #check} is due: a task has ended, and may have failed, or there is none where one is needed. */
    boolean ended() {
        return condition == Condition.ENDED || condition == Condition.MISSING;
    }

    /**
     * Throws on behalf of a task that failed, whichever thread it ran on. SunJSSE keeps what went wrong in a task to itself
     * until its next call, and may say that it waits for the peer: it is called at once, or nobody would hear of it until
     * time is over.
     */
    void check() throws SSLException {
        if (move(Condition.MISSING, Condition.NONE)) {
            throw engine.refuse("Expected a delegated task of the engine, which waits for one " + engine.where()
                    + ", got none; the engine is at fault");
        }
        if (!move(Condition.ENDED, Condition.NONE)) {
            return;
        }
        Throwable why = thrown;
        if (why != null) {
            thrown = null;
            throw engine.refuse(new SSLException(
                    "Expected the engine's delegated task to finish " + engine.where() + ", but it threw "
                            + why.getClass().getName() + "; see the cause",
                    why));
        }
        engine.ask();
    }

    /** Both directions call: returns whether it was this call that moved on. */
    private boolean move(Condition from, Condition to) {
        return condition == from && moveNow(from, to);
    }

    private synchronized boolean moveNow(Condition from, Condition to) {
        boolean moves = condition == from;
        if (moves) {
            condition = to;
        }
        return moves;
    }

    /**
     * All that the engine has to have run now, one after the other. Whatever it throws is the connection's to report, and
     * nothing of the thread that runs it: an executor's, or that of a loop with other connections.
     */
    private final class Task implements Runnable {

        private final Runnable first;

        Task(Runnable first) {
            this.first = first;
        }

        @Override
        public void run() {
            try {
                for (Runnable next = first; next != null; next = engine.engine().getDelegatedTask()) {
                    next.run();
                }
            } catch (RuntimeException | Error e) {
                thrown = e;
            } finally {
                engine.unsettle();
                condition = Condition.ENDED;
            }
        }
    }
}
