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
 * What it was measured on, as far as it tells something about the figures. No name of a host, a user or a path.
 *
 * @param processor its model
 * @param cores how many the virtual machine may use
 * @param memoryMiB of the machine
 * @param system name and version
 * @param virtual whether the machine is a virtual one
 * @param java the virtual machine and its version
 * @param collectors the garbage collectors
 * @param load the system's load of the last minute when the measuring began, which is other work; -1 if unknown
 */
public record Machine(
        String processor,
        int cores,
        long memoryMiB,
        String system,
        boolean virtual,
        String java,
        String collectors,
        double load) {

    /**
     * This one, now.
     *
     * @return as far as it can be told
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
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /**
     * In one line.
     *
     * @return for a table or a picture
     */
    public String line() {
        return processor + (virtual ? " (virtual machine)" : "") + ", " + cores + " cores, " + memoryMiB + " MiB, "
                + system + ", " + java + " (" + collectors + ")";
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
