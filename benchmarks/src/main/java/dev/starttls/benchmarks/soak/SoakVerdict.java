package dev.starttls.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * The verdict on a soak: the median of the samples in the last tenth of the upgrades is compared with the maximum in
 * the first tenth.
 *
 * @param passed whether all rules held
 * @param lines the results, one per rule
 */
public record SoakVerdict(boolean passed, List<String> lines) {

    /** The heap may grow by this share, and by {@link #HEAP_SLACK}: what is compiled and loaded late is not a leak. */
    static final double HEAP_SHARE = 0.10;

    /** One connection that leaked an object of 16 octets per upgrade would be 14 MB in 900,000 of them. */
    static final long HEAP_SLACK = 4 << 20;

    /** A selector or a log opened late; a leak of one descriptor in 100,000 upgrades shows. */
    static final long DESCRIPTOR_SLACK = 4;

    /** Threads of the JVM itself (compilers, collectors) come and go. */
    static final long THREAD_SLACK = 8;

    /** Copies the lines. */
    public SoakVerdict {
        lines = List.copyOf(lines);
    }

    static SoakVerdict of(List<Sample> samples) {
        Sample end = samples.get(samples.size() - 1);
        List<Sample> first = firstTenth(samples);
        List<Sample> last = samples.stream()
                .filter(sample -> sample.upgrades() * 10 >= end.upgrades() * 9)
                .toList();
        List<String> lines = new ArrayList<>();
        boolean passed = rule(lines, "failures", 0, 0, end.failures());
        long heap = max(first, Sample::heap);
        passed &= rule(
                lines,
                "heap after collection, octets",
                heap,
                (long) (heap * HEAP_SHARE) + HEAP_SLACK,
                median(last, Sample::heap));
        passed &= rule(
                lines,
                "open descriptors",
                max(first, Sample::descriptors),
                DESCRIPTOR_SLACK,
                median(last, Sample::descriptors));
        passed &= rule(lines, "threads", max(first, Sample::threads), THREAD_SLACK, median(last, Sample::threads));
        return new SoakVerdict(passed, lines);
    }

    /** At least one sample: the first one, if no other is early enough. */
    private static List<Sample> firstTenth(List<Sample> samples) {
        long end = samples.get(samples.size() - 1).upgrades();
        List<Sample> first =
                samples.stream().filter(sample -> sample.upgrades() * 10 <= end).toList();
        return first.isEmpty() ? samples.subList(0, 1) : first;
    }

    private static boolean rule(List<String> lines, String what, long before, long tolerance, long after) {
        boolean held = after <= before + tolerance;
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s: %d in the first tenth, %d in the last, at most %d allowed",
                held ? "ok" : "FAILED",
                what,
                before,
                after,
                before + tolerance));
        return held;
    }

    private static long max(List<Sample> samples, ToLongFunction<Sample> value) {
        return samples.stream().mapToLong(value).max().orElseThrow();
    }

    private static long median(List<Sample> samples, ToLongFunction<Sample> value) {
        long[] sorted = samples.stream().mapToLong(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
