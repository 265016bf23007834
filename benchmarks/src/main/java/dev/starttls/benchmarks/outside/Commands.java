package dev.starttls.benchmarks.outside;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs programs of other projects. */
final class Commands {

    private Commands() {}

    /** The file of a program: on the path, or in the folders that Debian has for root's programs. */
    static Optional<Path> find(String program) {
        return Stream.concat(
                        Arrays.stream(Optional.ofNullable(System.getenv("PATH"))
                                .orElse("")
                                .split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/sbin", "/usr/lib/dovecot"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Runs a program to its end, even while signals to this process group end this command; returns what it prints. */
    static String run(List<String> command) throws IOException, InterruptedException {
        List<String> detached = new ArrayList<>(Processes.detached());
        detached.addAll(command);
        Process process = new ProcessBuilder(detached).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("Expected " + String.join(" ", command) + " to work, got: " + said);
        }
        return said;
    }
}
