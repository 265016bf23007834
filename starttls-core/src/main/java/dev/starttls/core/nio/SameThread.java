package dev.starttls.core.nio;

import java.util.concurrent.Executor;

/** Runs tasks at once, so that no thread has to be woken. Not a lambda, which the first upgrade would have to link. */
enum SameThread implements Executor, Runnable {
    INSTANCE;

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void run() {
        // The driver goes on by itself.
    }
}
