package dev.starttls.conformance.reach;

import java.util.concurrent.ThreadFactory;

/** Makes daemon threads, which do not keep the process running, all with one name. */
public record DaemonThreadFactory(String name) implements ThreadFactory {
    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
