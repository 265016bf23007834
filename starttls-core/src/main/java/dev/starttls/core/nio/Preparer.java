package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Has ClientHellos made by an executor of the application's, if there is one.
 *
 * @param executor empty if the thread that connects makes them
 */
record Preparer(Optional<Executor> executor) {

    static Preparer none() {
        return new Preparer(Optional.empty());
    }

    /** What makes the ClientHello of a connection; empty if it is not the executor's. */
    Optional<Runnable> task(UpgradeConnection connection) {
        return executor.isPresent() ? connection.preparation() : Optional.empty();
    }

    /** Gives the task to the executor. */
    void run(Optional<Runnable> task) {
        if (task.isPresent()) {
            try {
                executor.orElseThrow().execute(task.get());
            } catch (Throwable e) {
                // It rejects the task, or fails of it: the thread that needs the ClientHello makes it.
                return;
            }
        }
    }
}
