package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A task for an executor. One that has run before the executor returned wakes no thread: its driver goes on. */
final class HandedOutTask implements Runnable {

    private final Runnable task;
    private final Runnable wake;
    private final Thread driver = Thread.currentThread();
    /** For the driver's thread only. */
    private boolean returned;

    private HandedOutTask(Runnable task, Runnable wake) {
        this.task = task;
        this.wake = wake;
    }

    /**
     * Has an executor run the task that a connection waits for, unless that was done before.
     *
     * @param wake called when it has run, unless that was at once
     * @return false if it has been handed out and still runs
     */
    static boolean run(UpgradeConnection connection, Executor tasks, Runnable wake) throws UpgradeException {
        Optional<Runnable> task = connection.task();
        if (task.isPresent()) {
            HandedOutTask handedOut = new HandedOutTask(task.get(), wake);
            try {
                tasks.execute(handedOut);
            } catch (RejectedExecutionException e) {
                UpgradeException why = new UpgradeException(
                        FailureReason.REJECTED,
                        connection.phase(),
                        "Expected the loop's executor to take a task of the handshake, but it rejected it",
                        "",
                        "Give the executor more room, or the loop fewer connections");
                why.initCause(e);
                throw why;
            } catch (Throwable e) {
                throw Failures.ofLocalCode(e, connection.phase());
            }
            handedOut.returned = true;
        }
        return connection.want() != Want.TASK;
    }

    @Override
    public void run() {
        try {
            task.run();
        } finally {
            // Also when it threw an error, which the connection reports to the thread that drives it on.
            if (Thread.currentThread() != driver || returned) {
                wake.run();
            }
        }
    }
}
