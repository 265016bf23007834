package dev.starttls.benchmarks.report;

import java.util.Arrays;

/**
 * The quartiles of samples.
 *
 * @param low the first quartile
 * @param median the second
 * @param high the third
 * @param samples how many there were
 */
public record Spread(double low, double median, double high, int samples) {

    /**
     * The spread of samples.
     *
     * @param samples in any order; at least one
     * @return their quartiles
     */
    public static Spread of(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75), samples.length);
    }

    /**
     * The value below which a share of the samples lies; between two samples, in proportion.
     *
     * @param sorted ascending; at least one
     * @param share from 0 to 1
     * @return the value
     */
    /**
     * A quantile.
     *
     * @param samples in any order; at least one
     * @param share of those below it, 0 to 1
     * @return between the two nearest, if it falls between them
     */
    public static double quantileOf(double[] samples, double share) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return quantile(sorted, share);
    }

    static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("sorted: expected at least one sample, got none");
        }
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
