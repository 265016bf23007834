package dev.starttls.core.engine;

import java.util.Optional;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Hands out an engine's delegated tasks, one at a time, and remembers what they threw. */
final class EngineTasks {

    private final GuardedEngine engine;
    private volatile TaskState state = TaskState.NONE;
    private volatile Throwable thrown;

    private enum TaskState {
        /** The engine is not known to wait for a task. */
        NONE,
        /** A call of the pump has found that the engine waits for a task. */
        DUE,
        /** A task was handed out and has not ended. */
        RUNNING,
        /** A task has ended, or getting it threw; the engine was not called since. */
        ENDED,
        /** The engine waits for a task and has none to hand out. */
        MISSING
    }

    EngineTasks(GuardedEngine engine) {
        this.engine = engine;
    }

    /** Notes that the engine waits for a task. */
    void due() {
        move(TaskState.NONE, TaskState.DUE);
    }

    /** Whether the engine waits for a task, handed out or not. */
    boolean awaited() {
        return state == TaskState.DUE || state == TaskState.RUNNING;
    }

    /** Whether a task was handed out that has not ended. */
    boolean running() {
        return state == TaskState.RUNNING;
    }

    synchronized Optional<Runnable> next() {
        if (running() || state == TaskState.ENDED) {
            // Of one that has ended, check() has to say first what it threw: the engine may wait for ever for more of
            // it.
            return Optional.empty();
        }
        Runnable first;
        try {
            first = engine.engine().getDelegatedTask();
        } catch (RuntimeException | Error e) {
            thrown = e;
            state = TaskState.ENDED;
            return Optional.empty();
        }
        if (first == null) {
            if (engine.status() == HandshakeStatus.NEED_TASK) {
                // Otherwise the caller would ask for the task again and again, for ever.
                state = TaskState.MISSING;
            } else {
                move(TaskState.DUE, TaskState.NONE);
            }
            return Optional.empty();
        }
        state = TaskState.RUNNING;
        return Optional.of(new Task(first));
    }

    /** Whether the engine is not known to wait for a task, and {@link #check} has nothing to do. */
    boolean quiet() {
        return state == TaskState.NONE;
    }

    /** Whether {@link #check} is due: a task has ended, and may have failed, or the engine has none to hand out. */
    boolean ended() {
        return state == TaskState.ENDED || state == TaskState.MISSING;
    }

    /**
     * Throws what a task failed with, whichever thread it ran on. SunJSSE reports the failure of a task at its next call only,
     * and may say until then that it waits for the peer: so it is called at once, or the failure would stay unnoticed until
     * the handshake times out.
     */
    void check() throws SSLException {
        if (move(TaskState.MISSING, TaskState.NONE)) {
            throw engine.refuse("Expected a delegated task of the engine, which waits for one " + engine.where()
                    + ", got none; the engine is at fault");
        }
        if (!move(TaskState.ENDED, TaskState.NONE)) {
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

    /** Returns whether it was this call that changed the state: both directions may call at once. */
    private boolean move(TaskState from, TaskState to) {
        return state == from && moveNow(from, to);
    }

    private synchronized boolean moveNow(TaskState from, TaskState to) {
        boolean moves = state == from;
        if (moves) {
            state = to;
        }
        return moves;
    }

    /**
     * Runs all tasks that the engine has now, one after the other. What they throw is reported by the connection, and must not
     * reach the thread that runs them: an executor's, or that of a loop with other connections.
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
                engine.clearIdle();
                state = TaskState.ENDED;
            }
        }
    }
}
