package dev.starttls.benchmarks.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The resources of the process when no upgrade is underway.
 *
 * @param upgrades done so far
 * @param resumed how many of them resumed a session
 * @param failures so far
 * @param perSecond the rate since the sample before, its collections not counted
 * @param micros CPU time of the whole process for one upgrade, since the sample before
 * @param heap in octets, after several collections
 * @param sessions in the cache of the clients' context
 * @param descriptors the open ones; -1 if unknown
 * @param threads the live ones
 */
record Sample(
        long upgrades,
        long resumed,
        long failures,
        double perSecond,
        double micros,
        long heap,
        int sessions,
        long descriptors,
        int threads) {

    /** Titles of {@link #line}. */
    static final String TITLES = String.format(
            Locale.ROOT,
            "%10s %10s %8s %8s %8s %12s %9s %12s %8s",
            "upgrades",
            "resumed",
            "failures",
            "per s",
            "CPU us",
            "heap in KiB",
            "sessions",
            "descriptors",
            "threads");

    private static final int COLLECTIONS = 4;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** Takes a sample after a garbage collection. */
    static Sample take(long upgrades, long resumed, long failures, double perSecond, double micros, int sessions)
            throws IOException {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return new Sample(
                upgrades,
                resumed,
                failures,
                perSecond,
                micros,
                memory.getHeapMemoryUsage().getUsed(),
                sessions,
                openDescriptors(),
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%10d %10d %8d %8.0f %8.0f %12d %9d %12s %8d",
                upgrades,
                resumed,
                failures,
                perSecond,
                micros,
                heap >> 10,
                sessions,
                descriptors < 0 ? "unknown" : Long.toString(descriptors),
                threads);
    }

    private static long openDescriptors() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.UnixOperatingSystemMXBean system
                    ? system.getOpenFileDescriptorCount()
                    : -1;
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.count();
        }
    }
}
