package dev.starttls.conformance.client.subject;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A hosts file that only the commands of a run see, in which a name stands for the address of the servers: mounted over
 * the file of the system in a mount namespace of each command, which root may have on Linux.
 *
 * <pre>{@code
 * try (OwnHosts hosts = OwnHosts.of("mail.example.org", address).orElseThrow()) {
 *     CommandClient client = CommandClient.of(commandLine).within(hosts.prefix());
 * }
 * }</pre>
 */
public final class OwnHosts implements AutoCloseable {
    private static final Path OF_SYSTEM = Path.of("/etc/hosts");
    private static final int SECONDS_TO_PROBE = 10;
    private static final int MAX_LINES = 10_000;

    private final Path file;

    private OwnHosts(Path file) {
        this.file = file;
    }

    /**
     * Makes the file, and tries it.
     *
     * @return empty if this user or this system cannot have one
     * @throws IOException if no temporary file can be written
     * @throws InterruptedException if the thread is interrupted while it is tried
     */
    public static Optional<OwnHosts> of(String name, InetAddress address) throws IOException, InterruptedException {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
        if (!linux || !Files.isReadable(OF_SYSTEM)) {
            return Optional.empty();
        }
        OwnHosts hosts = new OwnHosts(Files.createTempFile("starttls-hosts", ""));
        // Of a process that is ended by a signal, too.
        hosts.file.toFile().deleteOnExit();
        Files.write(hosts.file, lines(name, address));
        if (hosts.seen()) {
            return Optional.of(hosts);
        }
        hosts.close();
        return Optional.empty();
    }

    /** The line of a hosts file by which a name stands for an address. */
    public static String line(String name, InetAddress address) {
        return address.getHostAddress() + " " + name;
    }

    /** Those of the system, but for what they say of the name. */
    private static List<String> lines(String name, InetAddress address) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(line(name, address));
        Pattern same = Pattern.compile("(?i).*\\s" + Pattern.quote(name) + "(\\s.*)?");
        try (var all = Files.lines(OF_SYSTEM)) {
            all.limit(MAX_LINES).filter(each -> !same.matcher(each).matches()).forEach(lines::add);
        }
        return lines;
    }

    /** What a command has to be run within; the command's own words follow. */
    public List<String> prefix() {
        return List.of(
                "unshare",
                "-m",
                "/bin/sh",
                "-c",
                "mount --bind \"$0\" " + OF_SYSTEM + " && exec \"$@\"",
                file.toString());
    }

    private boolean seen() throws InterruptedException {
        List<String> words = new ArrayList<>(prefix());
        words.addAll(List.of("cmp", "-s", file.toString(), OF_SYSTEM.toString()));
        try {
            Process probe = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return probe.waitFor(SECONDS_TO_PROBE, TimeUnit.SECONDS) && probe.exitValue() == 0;
            } finally {
                probe.destroyForcibly();
            }
        } catch (IOException e) {
            // There is no unshare here, so there are no namespaces to be had.
            return false;
        }
    }

    /** Deletes the file; commands that still run keep theirs. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
