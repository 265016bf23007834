package dev.starttls.benchmarks.report;

import java.util.Arrays;
import java.util.Random;

/**
 * How two contestants of the same rounds compare.
 *
 * @param low the lower end of the interval that contains the ratio with 95 %
 * @param value median over median
 * @param high the upper end
 */
public record Ratio(double low, double value, double high) {

    private static final int RESAMPLES = 2_000;
    private static final int SEED = 20_030_207;

    /**
     * The ratio of the medians and its confidence interval: the rounds are resampled with replacement (bootstrap), each
     * with both of its samples, so that a slow moment of the machine counts for both or for neither.
     *
     * @param samples of the one, one per round
     * @param floor of the other, in the same rounds
     * @return their ratio
     */
    public static Ratio of(double[] samples, double[] floor) {
        if (samples.length != floor.length || samples.length == 0) {
            throw new IllegalArgumentException("samples: expected as many as of the floor and at least one, got "
                    + samples.length + " and " + floor.length);
        }
        Random random = new Random(SEED);
        double[] ratios = new double[RESAMPLES];
        double[] drawn = new double[samples.length];
        double[] drawnFloor = new double[samples.length];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < samples.length; j++) {
                int round = random.nextInt(samples.length);
                drawn[j] = samples[round];
                drawnFloor[j] = floor[round];
            }
            ratios[i] = median(drawn) / median(drawnFloor);
        }
        Arrays.sort(ratios);
        return new Ratio(
                Spread.quantile(ratios, 0.025), median(samples) / median(floor), Spread.quantile(ratios, 0.975));
    }

    private static double median(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return Spread.quantile(sorted, 0.5);
    }
}
