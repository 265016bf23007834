package dev.starttls.benchmarks;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Progress lines on standard error, so that standard output has only the figures. There is no thread: the measuring
 * code reports its progress between two measurements, and a line is printed if none was printed for a while.
 */
public final class ProgressLine {

    /** Of this process, which measures one thing at a time. */
    public static final ProgressLine OF_THIS_PROCESS = new ProgressLine(System::nanoTime, System.err::println);

    /** Half of the time after which a user takes a program for stuck. */
    private static final long NANOS_BETWEEN_LINES = 15_000_000_000L;

    private final LongSupplier clock;
    private final Consumer<String> out;
    private String what = "measuring";
    private long lastLine;

    /**
     * Progress of which nothing is printed yet.
     *
     * @param clock in nanoseconds
     * @param out takes each line
     */
    ProgressLine(LongSupplier clock, Consumer<String> out) {
        this.clock = clock;
        this.out = out;
        lastLine = clock.getAsLong();
    }

    /**
     * Starts a measurement, and prints its name.
     *
     * @param measured what
     */
    public synchronized void begin(String measured) {
        what = measured;
        line(measured);
    }

    /**
     * Reports the progress; printed if nothing was printed for a while.
     *
     * @param step as it counts
     * @param unit of the step
     * @param steps of how many
     */
    public synchronized void at(long step, String unit, long steps) {
        if (clock.getAsLong() - lastLine >= NANOS_BETWEEN_LINES) {
            line(String.format(Locale.ROOT, "%s: %s %,d of %,d", what, unit, step, steps));
        }
    }

    private void line(String line) {
        lastLine = clock.getAsLong();
        out.accept(line);
    }
}
