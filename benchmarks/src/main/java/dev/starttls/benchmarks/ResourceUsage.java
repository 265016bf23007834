package dev.starttls.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** The memory allocated and the CPU time used by threads, as counted by the JVM. */
public final class ResourceUsage {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ResourceUsage() {}

    /**
     * The memory allocated by all live threads.
     *
     * @return in bytes
     */
    public static long allocatedByAllThreads() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /**
     * The memory allocated by the calling thread.
     *
     * @return in bytes
     */
    public static long allocatedByThisThread() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /**
     * The CPU time of the calling thread.
     *
     * @return in nanoseconds
     */
    public static long nanosOfThisThread() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /**
     * The CPU time of another thread.
     *
     * @param thread that lives
     * @return in nanoseconds
     */
    public static long nanosOf(Thread thread) {
        return THREADS.getThreadCpuTime(thread.getId());
    }

    /**
     * The CPU time of all threads of the process, those of the JVM too.
     *
     * @return in nanoseconds
     */
    public static long nanosOfThisProcess() {
        return SYSTEM.getProcessCpuTime();
    }
}
