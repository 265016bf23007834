package dev.starttls.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Dovecot of our own. One process serves the log-ins of each protocol, so that one key seals all session tickets. */
public final class DovecotServer implements MailStore {

    private final ServerProcess server;
    private final List<Integer> ports;

    private DovecotServer(ServerProcess server, List<Integer> ports) {
        this.server = server;
        this.ports = ports;
    }

    /** Starts one; skips the test if Dovecot is not installed with both protocols. */
    public static DovecotServer start(TestCertificates.Issued identity) throws IOException, InterruptedException {
        ExternalProgram dovecot = ExternalProgram.named("dovecot");
        for (String program : List.of("imap-login", "pop3-login")) {
            ExternalProgram.at(Path.of("/usr/lib/dovecot"), program);
        }
        ServerProcess.requireRoot("Dovecot");
        Path folder = ServerProcess.folder("dovecot");
        Path pem = ServerProcess.identity(folder.resolve("server.pem"), identity);
        Path mail = Files.createDirectory(folder.resolve("mail"));
        owner(mail, "mail");
        List<Integer> ports = ServerProcess.freePorts(4);
        Path configuration = Files.writeString(folder.resolve("dovecot.conf"), configuration(folder, pem, ports));
        Process process = dovecot.start("-F", "-c", configuration.toString());
        DovecotServer started = new DovecotServer(new ServerProcess("Dovecot", folder, process), ports);
        try {
            started.server.awaitGreeting(started.imap());
            started.server.awaitGreeting(started.pop3());
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
        return started;
    }

    @Override
    public int imap() {
        return ports.get(0);
    }

    @Override
    public int imaps() {
        return ports.get(1);
    }

    @Override
    public int pop3() {
        return ports.get(2);
    }

    @Override
    public int pop3s() {
        return ports.get(3);
    }

    @Override
    public void deliver(String message) throws IOException {
        Path mailbox = server.folder().resolve("mail/mary");
        for (Path part : List.of(mailbox, mailbox.resolve("cur"), mailbox.resolve("tmp"), mailbox.resolve("new"))) {
            if (!Files.exists(part)) {
                owner(Files.createDirectory(part), "mail");
            }
        }
        Path written = Files.writeString(Files.createTempFile(mailbox.resolve("tmp"), "message", ""), message);
        owner(written, "mail");
        Files.move(written, mailbox.resolve("new").resolve(written.getFileName()));
    }

    @Override
    public String postfixTransport() {
        return """
                virtual_transport = virtual
                virtual_mailbox_base = %s/mail
                virtual_mailbox_maps = static:mary/
                virtual_minimum_uid = 1
                virtual_uid_maps = static:%s
                virtual_gid_maps = static:%s
                """
                .formatted(server.folder(), id("unix:uid"), id("unix:gid"));
    }

    /** Stops it. Returns what it has logged from its start to its end, with each log-in and why one failed. */
    public String stop() throws IOException {
        server.stop();
        return Files.readString(server.folder().resolve("log"));
    }

    @Override
    public void close() throws IOException {
        server.stop();
        server.deleteFolder();
    }

    private Object id(String attribute) {
        try {
            return Files.getAttribute(server.folder().resolve("mail"), attribute);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void owner(Path path, String user) throws IOException {
        var principals = path.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(path, principals.lookupPrincipalByName(user));
        Files.setAttribute(path, "posix:group", principals.lookupPrincipalByGroupName(user));
    }

    private static String configuration(Path folder, Path pem, List<Integer> ports) throws IOException {
        return ServerProcess.configuration(
                        "dovecot.conf",
                        folder,
                        ServerProcess.ADDRESS,
                        pem,
                        ports.get(0),
                        ports.get(1),
                        ports.get(2),
                        ports.get(3))
                + """
                disable_plaintext_auth = yes
                first_valid_uid = 1
                first_valid_gid = 1
                """;
    }
}
