package dev.starttls.conformance;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Shows again and again how far a run is, until it is closed. */
final class ProgressTimer implements AutoCloseable {
    private static final int MILLIS_BETWEEN_LOOKS = 200;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreadFactory("progress"));

    private ProgressTimer(Runnable show, Consumer<Throwable> fault) {
        Runnable shown = () -> {
            try {
                show.run();
            } catch (RuntimeException | Error e) {
                // The timer would keep it.
                fault.accept(e);
                throw e;
            }
        };
        var unused = timer.scheduleWithFixedDelay(shown, 0, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
    }

    /**
     * Shows it at once, and again and again, if there is somebody to see it.
     *
     * @param fault takes what is thrown by showing it, after which it is not shown again
     */
    static ProgressTimer on(Terminal terminal, Runnable show, Consumer<Throwable> fault) {
        return new ProgressTimer(terminal.progress() ? show : () -> {}, fault);
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
