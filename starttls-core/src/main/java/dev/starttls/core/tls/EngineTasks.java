package dev.starttls.core.tls;

import java.util.Optional;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Hands out an engine's delegated tasks, one at a time, and remembers what they threw. */
final class EngineTasks {

    private final GuardedEngine engine;
    private volatile boolean running;
    private volatile boolean missing;
    /** Whether one has ended since the engine was called last. */
    private volatile boolean ended;

    private volatile Throwable thrown;

    EngineTasks(GuardedEngine engine) {
        this.engine = engine;
    }

    /** Whether a task was handed out that has not ended. */
    boolean running() {
        return running;
    }

    synchronized Optional<Runnable> next() {
        if (running) {
            return Optional.empty();
        }
        Runnable first;
        try {
            first = engine.engine().getDelegatedTask();
        } catch (RuntimeException | Error e) {
            thrown = e;
            return Optional.empty();
        }
        if (first == null) {
            // Whoever asks again and again for a task that never comes would wait for ever.
            missing = engine.status() == HandshakeStatus.NEED_TASK;
            return Optional.empty();
        }
        running = true;
        return Optional.of(new Task(first));
    }

    /** Whether none was handed out that has not ended, and {@link #check} has nothing to do. */
    boolean quiet() {
        return !running && !missing && !ended && thrown == null;
    }

    /** Whether {@link #check} is due: a task has ended, and may have failed. */
    boolean ended() {
        return (ended || thrown != null) && !running;
    }

    /**
     * Throws on behalf of a task that failed, whichever thread it ran on. SunJSSE keeps what went wrong in a task to itself
     * until its next call, and may say that it waits for the peer: it is called at once, or nobody would hear of it until
     * time is over.
     */
    void check() throws SSLException {
        Throwable why = thrown;
        if (why != null) {
            thrown = null;
            throw engine.refuse(new SSLException(
                    "Expected the engine's delegated task to finish " + engine.where() + ", but it threw "
                            + why.getClass().getName() + "; see the cause",
                    why));
        }
        if (missing) {
            missing = false;
            throw engine.refuse("Expected a delegated task of the engine, which waits for one " + engine.where()
                    + ", got none; the engine is at fault");
        }
        if (ended) {
            ended = false;
            engine.ask();
        }
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
                ended = true;
                running = false;
            }
        }
    }
}
