package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.ProgressLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Contestants that take turns. Each round has each of them once, in a random order: changes on the machine affect all,
 * and no contestant always follows the same one.
 */
public final class Rounds {

    /** Measures once. */
    @FunctionalInterface
    public interface Contestant {

        /**
         * Does what is measured.
         *
         * @return what it took, in milliseconds
         * @throws Exception if it fails, which ends the measurement
         */
        double run() throws Exception;
    }

    private static final int SEED = 3207;

    private final int warmUp;
    private final int counted;
    private final ProgressLine progress;

    /**
     * Rounds.
     *
     * @param warmUp how many come first and are not counted
     * @param counted how many are counted
     */
    public Rounds(int warmUp, int counted) {
        this(warmUp, counted, ProgressLine.OF_THIS_PROCESS);
    }

    /**
     * Rounds.
     *
     * @param warmUp how many come first and are not counted
     * @param counted how many are counted
     * @param progress is informed between two rounds
     */
    public Rounds(int warmUp, int counted, ProgressLine progress) {
        this.warmUp = warmUp;
        this.counted = counted;
        this.progress = progress;
    }

    /**
     * Lets them take turns.
     *
     * @param contestants by their names
     * @param <K> of the names
     * @return the samples of each, by round
     * @throws Exception if a contestant fails
     */
    public <K> Map<K, double[]> measure(Map<K, Contestant> contestants) throws Exception {
        Map<K, double[]> samples = new LinkedHashMap<>();
        contestants.keySet().forEach(name -> samples.put(name, new double[counted]));
        List<K> order = new ArrayList<>(contestants.keySet());
        Random random = new Random(SEED);
        for (int round = -warmUp; round < counted; round++) {
            Collections.shuffle(order, random);
            for (K name : order) {
                double took = contestants.get(name).run();
                if (round >= 0) {
                    samples.get(name)[round] = took;
                }
            }
            progress.at(warmUp + round + 1L, "round", (long) warmUp + counted);
        }
        return samples;
    }
}
