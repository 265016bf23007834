package dev.starttls.benchmarks.outside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The processes of a program of another project. Postfix and Dovecot start processes in sessions of their own, which
 * outlive the first process if a signal ends that one: so they are also found by their folder, not only by their
 * parent.
 */
final class Processes {

    private static final int PATIENCE = 2;
    /** How often to search: a process may start another one during the search. */
    private static final int ATTEMPTS = 10;

    private Processes() {}

    /**
     * The prefix of a command that detaches it from this process group, so that signals to the group (the terminal's
     * interrupt, {@code timeout}) do not reach it; this program ends it in the right order.
     */
    static List<String> detached() {
        return Commands.find("setsid")
                .map(program -> List.of(program.toString()))
                .orElse(List.of());
    }

    /** A process with all its descendants. */
    static List<ProcessHandle> tree(ProcessHandle root) {
        return Stream.concat(root.descendants(), Stream.of(root)).toList();
    }

    /** Ends processes, by force if they take too long. */
    static void end(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroy);
        processes.forEach(Processes::awaitEnd);
    }

    /** Waits for the end of a process, and forces it if it takes too long. */
    static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    /**
     * Ends all processes that work in a folder, or have it in their command. Only on Linux; elsewhere none is found.
     */
    static void endIn(Path folder) {
        List<ProcessHandle> found = in(folder);
        for (int i = 0; i < ATTEMPTS && !found.isEmpty(); i++) {
            end(found);
            found = in(folder);
        }
    }

    /** The processes that work in a folder, or name it in their command; not this one. */
    static List<ProcessHandle> in(Path folder) {
        List<ProcessHandle> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> worksIn(process.pid(), folder))
                .forEach(found::add);
        return found;
    }

    private static boolean worksIn(long pid, Path folder) {
        Path process = Path.of("/proc", Long.toString(pid));
        return read(() -> Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder))
                || read(() -> names(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1), folder));
    }

    /** Whether an argument of a command is a path in a folder, possibly after a name and an equals sign. */
    private static boolean names(String command, Path folder) {
        return Stream.of(command.split("\0", -1))
                .map(argument -> argument.substring(argument.indexOf('=') + 1))
                .anyMatch(argument -> argument.equals(folder.toString()) || argument.startsWith(folder + "/"));
    }

    private interface Reading {
        boolean read() throws IOException;
    }

    /** False if the process has ended meanwhile or belongs to another user, so that it cannot be read. */
    private static boolean read(Reading reading) {
        try {
            return reading.read();
        } catch (IOException e) {
            return false;
        }
    }

    /** The processes in a network namespace, by their numbers as {@code ip netns pids} prints them. */
    static List<ProcessHandle> listed(String numbers) {
        return numbers.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(Long::parseLong)
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .toList();
    }
}
