package dev.starttls.benchmarks;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep a measurement's JVM alive once it is over. */
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
