package dev.starttls.core.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that we did not write, as the other side. A test that needs one that is not installed is skipped with that
 * reason, or fails if {@code -Dstarttls.peers=required}.
 *
 * <p>Who may not install packages unpacks them, {@code dpkg-deb -x PACKAGE.deb FOLDER}, and runs the tests with {@code
 * -Dstarttls.unpacked=FOLDER}: programs are looked for there first, and find their libraries there.
 */
public final class ExternalProgram {

    private static final long SECONDS = 60;
    private static final Optional<Path> UNPACKED = Optional.ofNullable(System.getProperty("starttls.unpacked"))
            .map(Path::of)
            .map(Path::toAbsolutePath);

    private final Path path;

    private ExternalProgram(Path path) {
        this.path = path;
    }

    /** What a program printed, on both streams, and its exit status. */
    public record Outcome(int status, String output) {}

    /** A program on the path or in the system's own folders; skips the test if it is not there. */
    public static ExternalProgram named(String name) {
        Stream<Path> installed = Stream.concat(
                        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/sbin"))
                .map(Path::of);
        Stream<Path> unpacked = UNPACKED.stream()
                .flatMap(root -> Stream.of("usr/sbin", "usr/bin", "sbin", "bin").map(root::resolve));
        Optional<Path> found = Stream.concat(unpacked, installed)
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        require(
                found.isPresent(),
                name + " is not installed"
                        + UNPACKED.map(root -> ", and is not in " + root).orElse(""));
        return new ExternalProgram(found.orElseThrow());
    }

    /** A program in a folder that is on no path; skips the test if it is not there. */
    public static ExternalProgram at(Path folder, String name) {
        Path path = folder.resolve(name);
        require(Files.isExecutable(path), path + " is not installed");
        return new ExternalProgram(path);
    }

    /** Skips the test if the condition does not hold, or fails it where all peers are required. */
    public static void require(boolean condition, String reason) {
        if (!condition && System.getProperty("starttls.peers", "optional").equals("required")) {
            fail("-Dstarttls.peers=required, but " + reason);
        }
        assumeTrue(condition, reason);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Runs it to its end, or for a minute at most. */
    public Outcome run(String input, String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
        } catch (IOException e) {
            // It ended without reading all of its input; what it printed says why.
            return ended(process, output);
        }
        return ended(process, output);
    }

    /** Starts it, both of its output streams as one. */
    public Process start(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(path.toString()), Stream.of(arguments)).toList());
        if (UNPACKED.filter(path::startsWith).isPresent()) {
            builder.environment().put("LD_LIBRARY_PATH", libraries(UNPACKED.get()));
        }
        return builder.redirectErrorStream(true).start();
    }

    /** The folders of libraries among packages that were unpacked: Debian has one for each architecture. */
    private static String libraries(Path root) throws IOException {
        List<String> folders = new ArrayList<>();
        for (String name : List.of("usr/lib", "lib")) {
            if (Files.isDirectory(root.resolve(name))) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(root.resolve(name), "*-linux-gnu*")) {
                    found.forEach(folder -> folders.add(folder.toString()));
                }
            }
        }
        return String.join(File.pathSeparator, folders);
    }

    private static Outcome ended(Process process, CompletableFuture<String> output) throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return new Outcome(-1, output.join() + "\n(stopped after " + SECONDS + " s)");
        }
        return new Outcome(process.exitValue(), output.join());
    }

    private static String all(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    @Override
    public String toString() {
        return List.of(path).toString();
    }
}
