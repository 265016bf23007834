package dev.starttls.benchmarks.flood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The waits of a client that asks at regular times, including the requests that it could not send while waiting. One
 * thread adds to it.
 */
final class Waits {

    /** The interval between requests in milliseconds. */
    static final double EVERY = 5;

    private final List<Double> millis = new ArrayList<>();
    private double cutShort = Double.NaN;

    /** Adds the wait for an answer. */
    void answered(long nanos) {
        // A waiting client sends no requests meanwhile: those that it would have sent have waited too.
        for (double wait = nanos / 1e6; wait > 0; wait -= EVERY) {
            millis.add(wait);
        }
    }

    /** Adds a wait that the end of the measurement cut short: it is at least this long. */
    void unanswered(long nanos) {
        answered(nanos);
        cutShort = nanos / 1e6;
    }

    double quantile(double share) {
        if (millis.isEmpty()) {
            return Double.NaN;
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)];
    }

    int count() {
        return millis.size();
    }

    /**
     * The text of a quantile; a high one is marked if a wait that was cut short decides it, so that it would have been
     * longer.
     */
    String text(double share) {
        double quantile = quantile(share);
        return (share > 0.5 && quantile <= cutShort ? ">= " : "") + String.format(Locale.ROOT, "%.2f", quantile);
    }
}
