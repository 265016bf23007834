package dev.starttls.benchmarks.outside;

import dev.starttls.benchmarks.latency.MailProtocol;
import dev.starttls.benchmarks.latency.SessionTarget;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An installed mail server, started with a folder and ports of its own, and with the default settings for everything
 * that affects the measurement, except resumption, which Exim does only if configured, and Dovecot only if one process
 * serves all logins. No server looks up the names of its clients, which would measure the resolver.
 */
public enum InstalledServer {
    /** SMTP. */
    POSTFIX("Postfix"),
    /** SMTP. */
    EXIM("Exim"),
    /** IMAP and POP3. */
    DOVECOT("Dovecot");

    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");
    private static final String CONFIGURATIONS = "/dev/starttls/core/testing/servers/";
    private static final String PEM = "server.pem";
    private static final String EXIM_USER = "Debian-exim";

    private final String title;

    InstalledServer(String title) {
        this.title = title;
    }

    private List<MailProtocol> protocols() {
        return this == DOVECOT ? List.of(MailProtocol.IMAP, MailProtocol.POP3) : List.of(MailProtocol.SMTP);
    }

    /** The programs that it needs; the first one starts it. */
    private List<String> programs() {
        return switch (this) {
            case POSTFIX -> List.of("postfix", "postconf");
            case EXIM -> List.of("exim4");
            case DOVECOT -> List.of("dovecot", "imap-login", "pop3-login");
        };
    }

    /**
     * Its name.
     *
     * @return for readers
     */
    public String title() {
        return title;
    }

    /**
     * Why it cannot be started on this machine.
     *
     * @return the reason; empty if it can
     */
    public Optional<String> missing() {
        Optional<String> program = programs().stream()
                .filter(it -> Commands.find(it).isEmpty())
                .findFirst()
                .map(it -> it + " is not installed");
        return program.or(() -> Commands.root() ? Optional.empty() : Optional.of("only root may start " + title));
    }

    /**
     * Its name and version.
     *
     * @return as the program reports it
     * @throws IOException if it does not run
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    public String version() throws IOException, InterruptedException {
        String said = Commands.run(
                switch (this) {
                    case POSTFIX -> List.of("postconf", "-d", "-h", "mail_version");
                    case EXIM -> List.of(program(), "-C", "/dev/null", "-bV");
                    case DOVECOT -> List.of(program(), "--version");
                });
        Matcher version = VERSION.matcher(said);
        return version.find() ? title + " " + version.group() : title;
    }

    /**
     * Starts it.
     *
     * @param place where
     * @param identity its key and certificate, as PEM
     * @return to be closed
     * @throws IOException if it does not send a greeting
     */
    public RunningServer start(ServerLocation place, String identity) throws IOException {
        TemporaryFolder temporary =
                TemporaryFolder.create("starttls-" + programs().get(0));
        try {
            return start(temporary, place, identity);
        } catch (IOException | RuntimeException e) {
            temporary.close();
            throw e;
        }
    }

    private RunningServer start(TemporaryFolder temporary, ServerLocation place, String identity) throws IOException {
        Path folder = temporary.path();
        List<Integer> ports = freePorts(2 * protocols().size());
        Path pem = Files.writeString(folder.resolve(PEM), identity);
        Files.setPosixFilePermissions(pem, PosixFilePermissions.fromString("rw-------"));
        List<String> stop = List.of();
        List<String> command =
                switch (this) {
                    case POSTFIX -> {
                        String conf = folder.resolve("conf").toString();
                        stop = List.of(program(), "-c", conf, "stop");
                        postfix(folder, place, ports);
                        yield List.of(program(), "-c", conf, "start-fg");
                    }
                    case EXIM -> {
                        owner(Files.createDirectory(folder.resolve("spool")), EXIM_USER);
                        owner(pem, EXIM_USER);
                        Path file =
                                Files.writeString(folder.resolve("exim.conf"), exim(folder, place.address(), ports));
                        yield List.of(program(), "-C", file.toString(), "-bdf");
                    }
                    case DOVECOT -> {
                        Path file = Files.writeString(
                                folder.resolve("dovecot.conf"), dovecot(folder, place.address(), ports));
                        yield List.of(program(), "-F", "-c", file.toString());
                    }
                };
        List<SessionTarget> targets = new ArrayList<>();
        for (int i = 0; i < protocols().size(); i++) {
            targets.add(new SessionTarget(
                    place.host(), ports.get(2 * i), protocols().get(i), TlsPolicy.REQUIRED));
            targets.add(new SessionTarget(
                    place.host(), ports.get(2 * i + 1), protocols().get(i), TlsPolicy.IMPLICIT));
        }
        return RunningServer.start(title, temporary, place, command, stop, targets);
    }

    private String program() {
        return Commands.find(programs().get(0)).orElseThrow().toString();
    }

    private static void owner(Path path, String user) throws IOException {
        Files.setOwner(
                path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static void postfix(Path folder, ServerLocation place, List<Integer> ports) throws IOException {
        for (String name : List.of("conf", "queue", "data")) {
            Files.createDirectory(folder.resolve(name));
        }
        owner(folder.resolve("data"), "postfix");
        Files.writeString(
                folder.resolve("conf/main.cf"),
                configuration("postfix-main.cf", folder, place.address(), folder.resolve(PEM))
                        + "smtpd_peername_lookup = no\n");
        Files.writeString(
                folder.resolve("conf/master.cf"),
                configuration("postfix-master.cf", place.address(), ports.get(0), ports.get(1)));
    }

    private static String exim(Path folder, String address, List<Integer> ports) throws IOException {
        return configuration("exim.conf", folder, address, folder.resolve(PEM), ports.get(0), ports.get(1))
                + """
                host_lookup =
                rfc1413_hosts =
                .ifdef _OPT_MAIN_TLS_RESUMPTION_HOSTS
                tls_resumption_hosts = *
                .endif
                """;
    }

    private static String dovecot(Path folder, String address, List<Integer> ports) throws IOException {
        return configuration(
                "dovecot.conf",
                folder,
                address,
                folder.resolve(PEM),
                ports.get(0),
                ports.get(1),
                ports.get(2),
                ports.get(3));
    }

    /** A configuration from a template that the tests of the libraries also use. */
    private static String configuration(String name, Object... values) throws IOException {
        try (InputStream text = InstalledServer.class.getResourceAsStream(CONFIGURATIONS + name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).formatted(values);
        }
    }
}
