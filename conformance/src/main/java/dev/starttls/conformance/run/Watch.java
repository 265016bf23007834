package dev.starttls.conformance.run;

import java.time.Duration;
import java.util.concurrent.Future;

/** What time it is for a run, and what is done when some of it is over; for use by any thread. */
interface Watch extends AutoCloseable {

    /** The time in nanoseconds, of no meaning but in differences, as {@link System#nanoTime}. */
    long now();

    /** Does something once so much time is over, on any thread; not once it was cancelled or this was closed. */
    Future<?> after(Duration time, Runnable action);

    /** Forgets what was to be done. */
    @Override
    void close();
}
