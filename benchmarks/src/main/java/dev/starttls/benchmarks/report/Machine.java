package dev.starttls.benchmarks.report;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The machine of a measurement, as far as it matters for the figures, without the name of a host, a user or a path.
 *
 * @param processor its model
 * @param cores how many the JVM may use
 * @param memoryMiB of the machine
 * @param system name and version
 * @param virtual whether the machine is a virtual one
 * @param java the JVM and its version
 * @param collectors the garbage collectors
 * @param load the system's load of the last minute when the measurement began, caused by other work; -1 if unknown
 * @param scheduling policy and priority of the measuring thread, if they are not the default; empty also if they are
 *     unknown
 */
public record Machine(
        String processor,
        int cores,
        long memoryMiB,
        String system,
        boolean virtual,
        String java,
        String collectors,
        double load,
        Optional<String> scheduling) {

    /** Indexes of the fields after the name, which is the second one. */
    private static final int NICE = 19 - 3;

    private static final int REAL_TIME_PRIORITY = 40 - 3;
    private static final int POLICY = 41 - 3;

    /**
     * This one, now.
     *
     * @return as far as it is known
     */
    public static Machine present() {
        List<String> processor = lines("/proc/cpuinfo");
        return new Machine(
                after(processor, "model name").orElse(System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                after(lines("/proc/meminfo"), "MemTotal")
                        .map(size -> Long.parseLong(size.replaceAll("\\D", "")) / 1024)
                        .orElse(-1L),
                after(lines("/etc/os-release"), "PRETTY_NAME")
                        .map(name -> name.replace("\"", ""))
                        .orElseGet(() -> System.getProperty("os.name") + " " + System.getProperty("os.version")),
                after(processor, "flags")
                        .map(flags -> (" " + flags + " ").contains(" hypervisor "))
                        .orElse(false),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .collect(Collectors.joining(", ")),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                lines("/proc/thread-self/stat").stream().findFirst().flatMap(Machine::scheduling));
    }

    /**
     * The scheduling of a thread, from its line in {@code /proc} (proc(5)): fields 19, 40 and 41.
     *
     * @param stat the line
     * @return empty if as every process is, or if the line is another one
     */
    static Optional<String> scheduling(String stat) {
        // The second field is the name, in brackets, and may have blanks and brackets itself.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields.length <= POLICY) {
            return Optional.empty();
        }
        int policy = Integer.parseInt(fields[POLICY]);
        String nice = fields[NICE];
        return switch (policy) {
            case 0 -> nice.equals("0") ? Optional.empty() : Optional.of("nice value " + nice);
            case 1 -> Optional.of("real-time priority " + fields[REAL_TIME_PRIORITY] + " (SCHED_FIFO)");
            case 2 -> Optional.of("real-time priority " + fields[REAL_TIME_PRIORITY] + " (SCHED_RR)");
            case 3 -> Optional.of("SCHED_BATCH, nice value " + nice);
            case 5 -> Optional.of("SCHED_IDLE");
            case 6 -> Optional.of("SCHED_DEADLINE");
            default -> Optional.of("scheduling policy " + policy);
        };
    }

    /**
     * In one line.
     *
     * @return for a table or a picture
     */
    public String line() {
        return processor + (virtual ? " (virtual machine)" : "") + ", " + cores + " cores, " + memoryMiB + " MiB, "
                + system + ", " + java + " (" + collectors + ")"
                + scheduling.map(it -> ", run with " + it).orElse("");
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            // Not a Linux system.
            return List.of();
        }
    }

    private static Optional<String> after(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length())
                        .replaceFirst("^\\s*[:=]\\s*", "")
                        .strip())
                .findFirst();
    }
}
