package dev.starttls.conformance;

/**
 * The numbers from 0 to a size in an order that a seed decides, in constant memory: four rounds of a Feistel network over the next
 * even power of two, walked on until the result is within the size. Each number comes exactly once.
 */
final class Permutation {
    private static final int ROUNDS = 4;

    private final long size;
    private final long seed;
    private final int half;

    /**
     * A permutation.
     *
     * @param size 1 to 2<sup>62</sup>
     */
    Permutation(long size, long seed) {
        this.size = size;
        this.seed = seed;
        this.half = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
    }

    /** The number at this place, 0 to the size - 1. */
    long at(long place) {
        long number = encrypted(place);
        while (number >= size) {
            number = encrypted(number);
        }
        return number;
    }

    private long encrypted(long number) {
        long mask = (1L << half) - 1;
        long left = number >>> half;
        long right = number & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (mixed(right + seed * (2L * round + 1)) & mask);
            left = right;
            right = next;
        }
        return (left << half) | right;
    }

    /** The finalizer of SplitMix64: every bit of the result depends on every bit of the argument. */
    private static long mixed(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
