package dev.starttls.conformance.run;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many targets are probed and checked at the same time.
 *
 * @param workers targets checked at the same time, at least 1
 * @param probed targets probed at the same time, at least 1
 */
public record FleetSettings(int workers, int probed) {
    private static final int MAX = 4000;
    private static final int MIN = 32;

    /** The memory of a connection during its handshake: engine, buffers and dialogue, generously estimated. */
    private static final int MEMORY_PER_CONNECTION = 128 * 1024;

    /** Open files of the runtime, the reports and the workers besides the connections. */
    private static final int OTHER_DESCRIPTORS = 200;

    public FleetSettings {
        if (workers < 1 || probed < 1) {
            throw new IllegalArgumentException(
                    "lanes and asked: expected at least 1 each, got " + workers + " and " + probed);
        }
    }

    /**
     * As many as half of this process's memory and its limit of open files allow, up to a maximum.
     *
     * @param workers targets checked at the same time
     * @param parallel checks of each at the same time
     */
    public static FleetSettings fitting(int workers, int parallel) {
        long memory = Runtime.getRuntime().maxMemory() / 2 / MEMORY_PER_CONNECTION;
        // Most checks have one connection, some two.
        long descriptors = descriptors() - OTHER_DESCRIPTORS - 2L * workers * parallel;
        return new FleetSettings(workers, (int) Math.max(MIN, Math.min(MAX, Math.min(memory, descriptors))));
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : MAX * 2L;
    }
}
