package dev.starttls.core.testing;

import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/**
 * How the stream that an {@link Endpoint} reads is split into segments, and how large the buffers are that it writes into.
 *
 * @param segments the size of the next segment
 * @param buffers the size of the next buffer, at least 1
 */
public record Fragmentation(Segments segments, IntSupplier buffers) {

    /** Sizes of segments. */
    @FunctionalInterface
    public interface Segments {
        /** How many octets are read at once after the first {@code offset} of the stream: at least 1, and no more than have arrived. */
        int next(int offset);
    }

    /** Larger than a record and than all that a test's lines amount to. */
    private static final int FULL_BUFFER = 20_000;

    /** Segments as they were sent. */
    public static final Fragmentation WHOLE = new Fragmentation(offset -> Integer.MAX_VALUE, () -> FULL_BUFFER);

    /** One octet at a time, both ways. */
    public static final Fragmentation OCTETS = new Fragmentation(offset -> 1, () -> 1);

    /** One segment ends after so many octets of the stream; the others are as they were sent. */
    public static Fragmentation at(int split) {
        return new Fragmentation(offset -> offset < split ? split - offset : Integer.MAX_VALUE, () -> FULL_BUFFER);
    }

    /** Segments of these sizes, again and again. */
    public static Fragmentation sizes(List<Integer> sizes) {
        int[] next = {0};
        return new Fragmentation(offset -> sizes.get(next[0]++ % sizes.size()), () -> FULL_BUFFER);
    }

    /** Segments and buffers of random sizes, small ones more often; the same for the same seed. */
    public static Fragmentation random(long seed) {
        Random random = new Random(seed);
        // Segments of at most 2 KiB, and buffers of at most 16 KiB, which is the content of the largest record.
        return new Fragmentation(
                offset -> 1 + random.nextInt(1 << random.nextInt(12)),
                () -> 1 + random.nextInt(1 << random.nextInt(15)));
    }

    /** The same segments, with buffers of this size. */
    public Fragmentation withBuffers(int size) {
        return new Fragmentation(segments, () -> size);
    }
}
