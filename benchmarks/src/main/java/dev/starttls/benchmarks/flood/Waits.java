package dev.starttls.benchmarks.flood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long somebody waited who asks at regular times, or would have asked while waiting. One thread adds to it. */
final class Waits {

    /** How often somebody asks, in milliseconds. */
    static final double EVERY = 5;

    private final List<Double> millis = new ArrayList<>();
    private double cutShort = Double.NaN;

    /** An answer has come. */
    void answered(long nanos) {
        // A client that is kept waiting does not ask meanwhile: those that would have asked have waited too.
        for (double wait = nanos / 1e6; wait > 0; wait -= EVERY) {
            millis.add(wait);
        }
    }

    /** The measurement ended before an answer came: the wait is at least so long. */
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

    /** Of a quantile; of a high one, with a sign that it would have been longer if the wait that was cut short decides it. */
    String text(double share) {
        double quantile = quantile(share);
        return (share > 0.5 && quantile <= cutShort ? ">= " : "") + String.format(Locale.ROOT, "%.2f", quantile);
    }
}
