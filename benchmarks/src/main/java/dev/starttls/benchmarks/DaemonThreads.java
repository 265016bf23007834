package dev.starttls.benchmarks;

import java.util.concurrent.ThreadFactory;

/** Daemon threads, which do not keep the JVM running after a measurement. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /**
     * Makes the threads of a pool.
     *
     * @param name of each
     * @return a factory
     */
    public static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Starts one thread.
     *
     * @param name of the thread
     * @param work what it does
     */
    public static void start(String name, Runnable work) {
        named(name).newThread(work).start();
    }
}
