package dev.starttls.benchmarks;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lines for whoever waits, on standard error, so that what is measured stays alone on standard output. No thread: whoever
 * measures says between two measurements how far it is, and a line comes of that after a while without one.
 */
public final class Progress {

    /** Of this process, which measures one thing at a time. */
    public static final Progress OF_THIS_PROCESS = new Progress(System::nanoTime, System.err::println);

    /** Half of what a person waits before taking a program for stuck. */
    private static final long NANOS_BETWEEN_LINES = 15_000_000_000L;

    private final LongSupplier clock;
    private final Consumer<String> out;
    private String what = "measuring";
    private long lastLine;

    /**
     * Says nothing yet.
     *
     * @param clock in nanoseconds
     * @param out takes each line
     */
    Progress(LongSupplier clock, Consumer<String> out) {
        this.clock = clock;
        this.out = out;
        lastLine = clock.getAsLong();
    }

    /**
     * Something is measured from now on, which is said at once.
     *
     * @param measured what
     */
    public synchronized void begin(String measured) {
        what = measured;
        line(measured);
    }

    /**
     * How far it is; said if nothing has been said for a while.
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
