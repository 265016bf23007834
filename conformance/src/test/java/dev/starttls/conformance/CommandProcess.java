package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command as a process of its own, as a shell starts it. */
final class CommandProcess implements AutoCloseable {
    private static final int SECONDS = 240;
    private static final int SIGINT_IGNORED = 2;

    private final Process process;
    private final Path err;

    private CommandProcess(Process process, Path err) {
        this.process = process;
        this.err = err;
    }

    /** What starts it, to be followed by arguments; with a heap that an endless list must not outgrow. */
    static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }

    static CommandProcess start(Path folder, String... args) throws IOException {
        List<String> whole = new ArrayList<>(command());
        whole.addAll(List.of(args));
        return of(new ProcessBuilder(whole), folder);
    }

    static CommandProcess of(ProcessBuilder builder, Path folder) throws IOException {
        Path err = Files.createTempFile(folder, "err", ".txt");
        return new CommandProcess(builder.redirectError(err.toFile()).start(), err);
    }

    BufferedReader out() {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    void write(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Sends a signal as {@code kill} does. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Tests that a script runs in the background have children that ignore control-C. */
    void assumeHearsControlC() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (Files.exists(status)) {
            String ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .findFirst()
                    .orElse("SigIgn: 0");
            assumeTrue(
                    (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & SIGINT_IGNORED) == 0,
                    "SIGINT is ignored here from the start");
        }
    }

    int exitStatus() throws InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
        return process.exitValue();
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
