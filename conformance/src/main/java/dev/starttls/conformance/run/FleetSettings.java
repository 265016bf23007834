package dev.starttls.conformance.run;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many targets are probed and checked at the same time.
 *
 * @param lanes targets checked at the same time, at least 1
 * @param asked targets probed at the same time, at least 1
 */
public record FleetSettings(int lanes, int asked) {
    private static final int MOST = 4000;
    private static final int LEAST = 32;

    /** The memory of a connection during its handshake: engine, buffers and dialogue, generously estimated. */
    private static final int MEMORY_EACH = 128 * 1024;

    /** Open files of the runtime, the reports and the lanes besides the connections. */
    private static final int DESCRIPTORS_BESIDES = 200;

    public FleetSettings {
        if (lanes < 1 || asked < 1) {
            throw new IllegalArgumentException(
                    "lanes and asked: expected at least 1 each, got " + lanes + " and " + asked);
        }
    }

    /**
     * As many as half of this process's memory and its limit of open files allow, up to a maximum.
     *
     * @param lanes targets checked at the same time
     * @param parallel checks of each at the same time
     */
    public static FleetSettings fitting(int lanes, int parallel) {
        long memory = Runtime.getRuntime().maxMemory() / 2 / MEMORY_EACH;
        // Most checks have one connection, some two.
        long descriptors = descriptors() - DESCRIPTORS_BESIDES - 2L * lanes * parallel;
        return new FleetSettings(lanes, (int) Math.max(LEAST, Math.min(MOST, Math.min(memory, descriptors))));
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : MOST * 2L;
    }
}
