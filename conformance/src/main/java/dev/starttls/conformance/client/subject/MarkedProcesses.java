package dev.starttls.conformance.client.subject;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The processes that were started for something, as a run of a command or all runs of it, also those whose parent has gone, in whatever session they are: a variable of the
 * environment marks them, which each process inherits and which Linux shows. What is not found: a process that was started
 * without the variable (by {@code env -i}, {@code sudo}, or a service that the command only asks for it), one that writes over
 * its environment, as some do to change their name, and one whose user is another. On other systems none is found.
 */
final class MarkedProcesses {
    private static final Path PROCESSES = Path.of("/proc");
    private static final String VARIABLE = "STARTTLS_CONFORMANCE_RUN";

    /** Names of what contains what, each with a slash after it. */
    private final String value;

    private MarkedProcesses(String value) {
        this.value = value;
    }

    /** New ones. */
    MarkedProcesses() {
        this(UUID.randomUUID() + "/");
    }

    /** New ones, which are of these too. */
    MarkedProcesses within() {
        return new MarkedProcesses(value + UUID.randomUUID() + "/");
    }

    /** Marks what is about to be started. */
    void mark(ProcessBuilder builder) {
        builder.environment().put(VARIABLE, value);
    }

    /** Those that are alive now. */
    List<ProcessHandle> alive() {
        return Files.isDirectory(PROCESSES)
                ? ProcessHandle.allProcesses().filter(this::isMarked).toList()
                : List.of();
    }

    private boolean isMarked(ProcessHandle process) {
        try {
            byte[] environment = Files.readAllBytes(
                    PROCESSES.resolve(Long.toString(process.pid())).resolve("environ"));
            return new String(environment, StandardCharsets.ISO_8859_1).contains(VARIABLE + "=" + value);
        } catch (IOException e) {
            // It is another user's, or gone.
            return false;
        }
    }
}
