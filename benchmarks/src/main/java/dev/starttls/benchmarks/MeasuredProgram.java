package dev.starttls.benchmarks;

import dev.starttls.benchmarks.outside.TemporaryFolder;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs programs one after the other and measures each with all processes that it starts. Their temporary files are in a
 * folder that is deleted when this is closed; a program that is still running is then ended.
 */
final class MeasuredProgram implements AutoCloseable {

    private static final int MILLIS_BETWEEN_LOOKS = 50;
    private static final int MAX_REASON = 160;
    private static final Pattern CPU = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    /**
     * Prints the shell's {@code times}, whose second line has the CPU time of the processes that it waited for, and of
     * their children.
     */
    private static final String SHELL = "\"$@\" >\"$0\" 2>&1 </dev/null; status=$?; times; exit $status";

    private final TemporaryFolder folder = TemporaryFolder.create("starttls-suite");
    private final int limit;
    private Optional<Process> running = Optional.empty();
    private boolean closed;

    /**
     * Programs.
     *
     * @param limit the maximum running time of each in seconds
     * @throws IOException if there can be no temporary files
     */
    MeasuredProgram(int limit) throws IOException {
        this.limit = limit;
    }

    /**
     * What a program took.
     *
     * @param seconds from its start to its end
     * @param cpu seconds on a processor, of all its processes
     * @param resident the maximum memory of its processes together, in octets
     * @param failure why the figures do not count; empty if the program did its work
     */
    record Run(double seconds, double cpu, long resident, Optional<String> failure) {

        /** Three columns of a table. */
        String columns() {
            return failure.map(why -> "failed: " + why + " | | ")
                    .orElseGet(
                            () -> String.format(Locale.ROOT, "%.1f | %.1f | %.0f", seconds, cpu, resident / 1048576.0));
        }
    }

    /**
     * How to recognise that a program did its work.
     *
     * @param status the exit statuses of success
     * @param statuses the same for readers
     * @param output whether the printed text shows success
     * @param outputs the same for readers
     */
    record Success(IntPredicate status, String statuses, Predicate<String> output, String outputs) {

        Optional<String> failure(int got, String said) {
            if (!status.test(got)) {
                return Optional.of("exit status " + got + ", expected " + statuses + last(said));
            }
            if (said.isBlank()) {
                return Optional.of("it printed nothing");
            }
            return output.test(said) ? Optional.empty() : Optional.of("it printed no " + outputs + last(said));
        }

        private static String last(String said) {
            return said.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((before, line) -> line)
                    .map(line -> line.strip().replace('|', '/'))
                    .map(line -> "; its last line: " + line.substring(0, Math.min(line.length(), MAX_REASON)))
                    .orElse("; it printed nothing");
        }
    }

    /** The folder for temporary files. */
    Path folder() {
        return folder.path();
    }

    /**
     * Runs one to its end or the limit.
     *
     * @param command the program with its arguments
     * @param success how it is known to have done its work
     */
    Run run(List<String> command, Success success) throws IOException, InterruptedException {
        Path output = folder.path().resolve("output");
        long begun = System.nanoTime();
        Process process = start(output, command);
        long resident = 0;
        boolean ended = false;
        while (!ended && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(limit)) {
            resident = Math.max(
                    resident,
                    process.descendants().mapToLong(MeasuredProgram::resident).sum());
            ended = process.waitFor(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (!ended) {
            end(process);
            return new Run(seconds, Double.NaN, resident, Optional.of("not finished after " + limit + " s"));
        }
        String times = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        String said = Files.exists(output) ? new String(Files.readAllBytes(output), StandardCharsets.UTF_8) : "";
        return new Run(seconds, cpu(times), resident, success.failure(process.exitValue(), said));
    }

    private synchronized Process start(Path output, List<String> command) throws IOException {
        if (closed) {
            throw new IllegalStateException("Expected no more programs to be run: the command is ending");
        }
        Files.deleteIfExists(output);
        List<String> shell = new ArrayList<>(List.of("bash", "-c", SHELL, output.toString()));
        shell.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shell).redirectError(Redirect.DISCARD);
        builder.environment().put("TMPDIR", folder.path().toString());
        Process process = builder.start();
        running = Optional.of(process);
        return process;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        running.ifPresent(MeasuredProgram::end);
        folder.close();
    }

    private static void end(Process process) {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(each -> {
                    each.destroyForcibly();
                    each.onExit().join();
                });
    }

    private static double cpu(String times) {
        // The first line is about the shell itself.
        Matcher cpu = CPU.matcher(times.substring(times.indexOf('\n') + 1));
        return cpu.find()
                ? 60 * Double.parseDouble(cpu.group(1))
                        + Double.parseDouble(cpu.group(2))
                        + 60 * Double.parseDouble(cpu.group(3))
                        + Double.parseDouble(cpu.group(4))
                : Double.NaN;
    }

    /** The memory of one process in octets; 0 if it has just ended. */
    private static long resident(ProcessHandle process) {
        try {
            Matcher resident = RESIDENT.matcher(Files.readString(Path.of("/proc", "" + process.pid(), "status")));
            return resident.find() ? 1024 * Long.parseLong(resident.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
