package dev.starttls.conformance;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows again and again how far a run is, until it is closed. */
final class ProgressTimer implements AutoCloseable {
    private static final int MILLIS_BETWEEN_LOOKS = 200;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreadFactory("progress"));

    /** Shows it at once. */
    ProgressTimer(Runnable show) {
        var unused = timer.scheduleWithFixedDelay(show, 0, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
    }

    /** Shows it if there is somebody to see it. */
    static ProgressTimer on(Terminal terminal, Runnable show) {
        return new ProgressTimer(terminal.progress() ? show : () -> {});
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
