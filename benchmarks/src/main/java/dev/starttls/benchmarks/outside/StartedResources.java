package dev.starttls.benchmarks.outside;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Everything that was started and must end with the command, even if that is interrupted. What was started last ends
 * first.
 */
public final class StartedResources implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean ended;
    private final Thread hook = new Thread(this::end, "started");

    /** Nothing yet. */
    public StartedResources() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts something. */
    @FunctionalInterface
    public interface Start<T extends AutoCloseable> {

        /**
         * Starts it.
         *
         * @return it
         * @throws Exception if it does not start; then it must leave nothing running
         */
        T start() throws Exception;
    }

    /**
     * Starts something that must be ended. If the command is ending meanwhile, it waits for the start.
     *
     * @param start starts it
     * @param <T> what it is
     * @return it
     * @throws Exception what the start throws
     */
    public synchronized <T extends AutoCloseable> T with(Start<T> start) throws Exception {
        if (ended) {
            throw new IllegalStateException("Expected nothing more to be started: the command is ending");
        }
        T started = start.start();
        open.push(started);
        return started;
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running.
            return;
        }
    }

    private synchronized void end() {
        ended = true;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.err.println("Could not end what was started: " + e);
            }
        }
    }
}
