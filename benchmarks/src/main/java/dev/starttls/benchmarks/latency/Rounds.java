package dev.starttls.benchmarks.latency;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Contestants that take turns. Each round has each of them once, in an order of its own: whatever changes on the machine
 * changes for all, and nobody always comes behind the same one.
 */
public final class Rounds {

    /** Measures once. */
    @FunctionalInterface
    public interface Contestant {

        /** Returns what it took, in milliseconds. */
        double run() throws Exception;
    }

    private static final int SEED = 3207;

    private final int warmUp;
    private final int counted;

    /** So many rounds that are not counted, and so many that are. */
    public Rounds(int warmUp, int counted) {
        this.warmUp = warmUp;
        this.counted = counted;
    }

    /** Returns the samples of each contestant, by round. */
    public <K> Map<K, double[]> measure(Map<K, Contestant> contestants) throws Exception {
        Map<K, double[]> samples = new LinkedHashMap<>();
        contestants.keySet().forEach(who -> samples.put(who, new double[counted]));
        List<K> order = new ArrayList<>(contestants.keySet());
        Random random = new Random(SEED);
        for (int round = -warmUp; round < counted; round++) {
            Collections.shuffle(order, random);
            for (K who : order) {
                double took = contestants.get(who).run();
                if (round >= 0) {
                    samples.get(who)[round] = took;
                }
            }
        }
        return samples;
    }
}
