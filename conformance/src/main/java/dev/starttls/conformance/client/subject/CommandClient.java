package dev.starttls.conformance.client.subject;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A command line that is run once for each case. In it <code>{host} {port} {port2} {user} {password} {ca} {case} {dir}</code>
 * stand for what the case has; {@code dir} is an empty directory for the files of this run. Exit status {@value #UNABLE}
 * says that the command cannot do the case. At the limit the command is ended, and all processes that it started;
 * those whose parent has gone are found on Linux only, as {@link MarkedProcesses} says. What a command that ended on its own
 * has left, as a process that delivers a message or an agent that several runs use, stays until the client is closed.
 *
 * <p>Where there is {@code setsid}, each run has a session and a process group of its own, so that {@code kill 0} ends
 * nothing else.
 */
public final class CommandClient implements ClientUnderTest, AutoCloseable {
    /** The exit status by which a command says that it cannot do the case. */
    public static final int UNABLE = 89;

    private static final String SETSID = "setsid";
    private static final int MAX_OUTPUT = 16 * 1024;
    private static final int SECONDS_TO_DIE = 2;
    private static final int MILLIS_BETWEEN_LOOKS = 10;
    /** What a shell adds to the number of the signal that ended a process. */
    private static final int SIGNALED = 128;
    /** SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV. */
    private static final Set<Integer> CRASHES =
            Set.of(SIGNALED + 4, SIGNALED + 5, SIGNALED + 6, SIGNALED + 7, SIGNALED + 8, SIGNALED + 11);

    private final String commandLine;
    private final List<String> before;
    private final MarkedProcesses started = new MarkedProcesses();
    private final Set<Process> running = new HashSet<>();
    private boolean closed;

    private CommandClient(String commandLine, List<String> before) {
        this.commandLine = commandLine;
        this.before = List.copyOf(before);
    }

    /** The command, to be run by the shell of the system. */
    public static CommandClient of(String commandLine) {
        return new CommandClient(commandLine, List.of());
    }

    /** The same within another command, whose last argument is the shell's command line. */
    public CommandClient within(List<String> words) {
        return new CommandClient(commandLine, words);
    }

    @Override
    public Optional<String> commandLine() {
        return Optional.of(commandLine);
    }

    @Override
    public Ending run(Attempt attempt) throws InterruptedException {
        return run(attempt, filled(attempt));
    }

    private String filled(Attempt attempt) {
        return new CommandTemplate(commandLine)
                .filled(Map.of(
                        "host", attempt.host(),
                        "port", String.valueOf(attempt.port()),
                        "port2", String.valueOf(attempt.secondPort()),
                        "user", attempt.user(),
                        "password", attempt.password(),
                        "ca", attempt.ca().toString(),
                        "case", attempt.caseId(),
                        "dir", attempt.directory().toString()));
    }

    private Ending run(Attempt attempt, String filled) throws InterruptedException {
        List<String> words = new ArrayList<>(session());
        words.addAll(before);
        words.addAll(shell());
        words.add(filled);
        MarkedProcesses marked = started.within();
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectInput(nothing());
        marked.mark(builder);
        Process process;
        try {
            Optional<Process> begun = start(builder);
            if (begun.isEmpty()) {
                return Ending.of(Ending.Kind.UNKNOWN, "the run was ended");
            }
            process = begun.get();
        } catch (IOException e) {
            return Ending.of(Ending.Kind.FAILURE, "the command could not be started: " + e.getMessage());
        }
        Output output = new Output(process.getInputStream());
        Thread reader = new Thread(output, "output of the client");
        reader.setDaemon(true);
        reader.start();
        boolean over = false;
        try {
            over = process.waitFor(attempt.limit().toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            if (!over) {
                end(List.of(process), marked);
            }
            forget(process);
        }
        if (!over) {
            return new Ending(
                    Ending.Kind.TIMED_OUT, "ended after " + attempt.limit().toSeconds() + " s", output.text());
        }
        reader.join(TimeUnit.SECONDS.toMillis(SECONDS_TO_DIE));
        int status = process.exitValue();
        Ending.Kind kind =
                switch (status) {
                    case 0 -> Ending.Kind.SUCCESS;
                    case UNABLE -> Ending.Kind.UNABLE;
                    default -> CRASHES.contains(status) ? Ending.Kind.CRASHED : Ending.Kind.FAILURE;
                };
        String ended = "exit status " + status
                + (kind == Ending.Kind.CRASHED ? ", which stands for signal " + (status - SIGNALED) : "");
        return new Ending(kind, ended, output.text());
    }

    /** Starts it; not after the end. */
    private synchronized Optional<Process> start(ProcessBuilder builder) throws IOException {
        if (closed) {
            return Optional.empty();
        }
        Process process = builder.start();
        running.add(process);
        return Optional.of(process);
    }

    private synchronized void forget(Process process) {
        running.remove(process);
    }

    /** Starts nothing more; gives what runs. */
    private synchronized List<Process> stop() {
        closed = true;
        return List.copyOf(running);
    }

    /** Ends what runs, and what earlier runs have left. Calling it again has no effect. */
    @Override
    public void close() {
        try {
            end(stop(), started);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What gives a command a session of its own; a process that does not lead its group becomes that command. */
    private static List<String> session() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, SETSID)))
                ? List.of(SETSID)
                : List.of();
    }

    private static List<String> shell() {
        return windows() ? List.of("cmd.exe", "/c") : List.of("/bin/sh", "-c");
    }

    private static File nothing() {
        return new File(windows() ? "NUL" : "/dev/null");
    }

    private static boolean windows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** Ends the processes, all that they started, and what is marked. */
    private static void end(List<Process> processes, MarkedProcesses marked) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(marked.alive());
        for (Process process : processes) {
            process.descendants().forEach(all::add);
            all.add(process.toHandle());
        }
        all.forEach(ProcessHandle::destroy);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_DIE);
        for (Process process : processes) {
            if (!process.waitFor(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        }
        while (processes.isEmpty()
                && System.nanoTime() < until
                && !marked.alive().isEmpty()) {
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
        all.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_DIE);
        // Again, for what was started meanwhile.
        for (List<ProcessHandle> left = marked.alive();
                !left.isEmpty() && System.nanoTime() < last;
                left = marked.alive()) {
            left.forEach(ProcessHandle::destroyForcibly);
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
    }

    /** Keeps the end of what the command prints, in whole lines: of a line whose beginning is gone, a part of a password may be left. */
    private static final class Output implements Runnable {
        private final InputStream in;
        private final Deque<Byte> last = new ArrayDeque<>();
        private boolean cut;

        Output(InputStream in) {
            this.in = in;
        }

        @Override
        public void run() {
            byte[] octets = new byte[4096];
            try (in) {
                for (int length = in.read(octets); length >= 0; length = in.read(octets)) {
                    add(octets, length);
                }
            } catch (IOException e) {
                // The command was ended.
                return;
            }
        }

        private synchronized void add(byte[] octets, int length) {
            for (int i = 0; i < length; i++) {
                last.add(octets[i]);
                if (last.size() > MAX_OUTPUT) {
                    last.remove();
                    cut = true;
                }
            }
        }

        synchronized String text() {
            byte[] octets = new byte[last.size()];
            int i = 0;
            for (byte octet : last) {
                octets[i++] = octet;
            }
            String text = new String(octets, StandardCharsets.UTF_8);
            if (!cut) {
                return text;
            }
            int lineEnd = text.indexOf('\n');
            return lineEnd < 0 ? "(a line of more than " + MAX_OUTPUT + " octets)" : text.substring(lineEnd + 1);
        }
    }
}
