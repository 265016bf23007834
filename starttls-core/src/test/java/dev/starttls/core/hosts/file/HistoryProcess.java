package dev.starttls.core.hosts.file;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Another process that uses the file of a history, or holds its lock. */
final class HistoryProcess {

    private HistoryProcess() {}

    /** {@code use FILE NAME COUNT}: remembers hosts, and flushes after each; {@code hold FILE}: holds the lock until its input ends. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[1]);
        if (arguments[0].equals("hold")) {
            try (FileChannel turns = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock turn = turns.lock()) {
                System.out.println("holds " + turn.isValid());
                var unused = System.in.readAllBytes();
            }
            return;
        }
        try (TlsHistoryFile history = TlsHistoryFile.open(file, 1_000, line -> {
            throw new IllegalStateException(line.toString());
        })) {
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                history.used(
                        new HostService(arguments[2] + i, 25, "smtp"),
                        new TlsUse(Instant.EPOCH, Instant.EPOCH, "TLSv1.3", List.of("STARTTLS"), Optional.empty()));
                history.flush();
            }
        }
    }

    static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HistoryProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static String firstLine(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
}
