package dev.starttls.conformance.run;

import java.time.Duration;
import java.util.concurrent.Future;

/** The clock of a run, and its timed actions. Safe for use by several threads. */
interface RunClock extends AutoCloseable {

    /** The time in nanoseconds; only differences have a meaning, as with {@link System#nanoTime}. */
    long now();

    /** Runs an action after this time, on any thread, unless it was cancelled or this was closed. */
    Future<?> after(Duration time, Runnable action);

    /** Waits on the calling thread, until the time is over or this is closed. */
    void pause(Duration time);

    /** Cancels all actions and pauses. */
    @Override
    void close();
}
