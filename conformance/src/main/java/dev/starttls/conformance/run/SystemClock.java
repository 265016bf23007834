package dev.starttls.conformance.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The system's clock, with a thread that runs the timed actions. */
final class SystemClock implements RunClock {
    private final ScheduledThreadPoolExecutor watchdog;

    private final CountDownLatch closed = new CountDownLatch(1);

    SystemClock(ThreadFactory threads) {
        watchdog = new ScheduledThreadPoolExecutor(1, threads);
        // Otherwise the queue would keep the transcripts of thousands of finished targets until their time limits.
        watchdog.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public Future<?> after(Duration time, Runnable action) {
        try {
            return watchdog.schedule(() -> reported(action), time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: nothing is done any more.
            return CompletableFuture.completedFuture(null);
        }
    }

    /** What it throws goes where that of other threads goes: the executor would keep it. */
    private static void reported(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    @Override
    public void pause(Duration time) {
        try {
            var unusedWhether = closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // The run is ended.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        watchdog.shutdownNow();
    }
}
