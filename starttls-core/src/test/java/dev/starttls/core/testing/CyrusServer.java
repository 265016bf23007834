package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;

/** A Cyrus of our own: one process per port, which takes one connection after the other. */
public final class CyrusServer implements MailStore {

    private static final Path PROGRAMS = Path.of("/usr/lib/cyrus/bin");
    private static final String USER = "cyrus";

    private final ServerProcess server;
    private final List<Integer> ports;

    private CyrusServer(ServerProcess server, List<Integer> ports) {
        this.server = server;
        this.ports = ports;
    }

    /** Starts one; skips the test if Cyrus is not installed with both protocols. */
    public static CyrusServer start(TestCertificates.Issued identity) throws IOException, InterruptedException {
        ExternalProgram master = ExternalProgram.at(PROGRAMS, "master");
        for (String program : List.of("imapd", "pop3d", "lmtpd", "deliver", "ctl_cyrusdb")) {
            ExternalProgram.at(PROGRAMS, program);
        }
        ExternalProgram load = ExternalProgram.named("db_load");
        // A master that ends sends SIGTERM to its process group, where the masters of tests at the same time would be,
        // too.
        ExternalProgram alone = ExternalProgram.named("setsid");
        ServerProcess.requireRoot("Cyrus");
        Path folder = ServerProcess.folder("cyrus");
        for (String name : List.of(
                "conf", "conf/db", "conf/socket", "conf/proc", "conf/lock", "conf/log", "conf/msg", "mail", "run")) {
            Files.createDirectory(folder.resolve(name));
        }
        Path pem = ServerProcess.identity(folder.resolve("server.pem"), identity);
        List<Integer> ports = ServerProcess.freePorts(4);
        Files.writeString(folder.resolve("imapd.conf"), configuration(folder, pem));
        Files.writeString(folder.resolve("cyrus.conf"), services(folder, ports));
        load.run(
                "mary\\00localhost\\00userPassword\nsecret\n",
                "-T",
                "-t",
                "hash",
                folder.resolve("users").toString());
        own(folder);
        Process process = alone.start(
                master.path().toString(),
                "-D",
                "-C",
                folder.resolve("imapd.conf").toString(),
                "-M",
                folder.resolve("cyrus.conf").toString(),
                "-p",
                folder.resolve("run/pid").toString());
        CyrusServer started = new CyrusServer(new ServerProcess("Cyrus", folder, process), ports);
        try {
            started.server.awaitGreeting(started.imap());
            started.server.awaitGreeting(started.pop3());
            started.server.awaitGreeting(folder.resolve("run/lmtp"));
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
    public void deliver(String message) throws IOException, InterruptedException {
        ExternalProgram.Outcome outcome = ExternalProgram.at(PROGRAMS, "deliver")
                .run(message, "-C", server.folder().resolve("imapd.conf").toString(), "mary");
        if (outcome.status() != 0) {
            throw new IOException("Expected Cyrus to take a message, got " + outcome);
        }
    }

    @Override
    public String postfixTransport() {
        return """
                virtual_transport = lmtp:unix:%s/run/lmtp
                virtual_mailbox_maps = static:mary
                """
                .formatted(server.folder());
    }

    @Override
    public void close() throws IOException {
        server.stop();
        server.deleteFolder();
    }

    private static void own(Path folder) throws IOException {
        UserPrincipal user =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setOwner(file, user);
            }
        }
    }

    private static String configuration(Path folder, Path pem) {
        return """
                configdirectory: %1$s/conf
                defaultpartition: default
                partition-default: %1$s/mail
                servername: localhost
                defaultdomain: example.org
                cyrus_user: cyrus
                admins: admin
                allowplaintext: no
                sasl_pwcheck_method: auxprop
                sasl_auxprop_plugin: sasldb
                sasl_sasldb_path: %1$s/users
                sasl_mech_list: PLAIN
                autocreate_quota: 0
                autocreate_post: yes
                lmtpsocket: %1$s/run/lmtp
                idlesocket: %1$s/run/idle
                notifysocket: %1$s/run/notify
                tls_server_cert: %2$s
                tls_server_key: %2$s
                tls_session_timeout: 60
                """
                .formatted(folder, pem);
    }

    private static String services(Path folder, List<Integer> ports) {
        return """
                START {
                  recover cmd="%1$s/ctl_cyrusdb -C %2$s/imapd.conf -r"
                }
                SERVICES {
                  imap cmd="%1$s/imapd -C %2$s/imapd.conf" listen="127.0.0.1:%3$d" maxchild=1
                  imaps cmd="%1$s/imapd -s -C %2$s/imapd.conf" listen="127.0.0.1:%4$d" maxchild=1
                  pop3 cmd="%1$s/pop3d -C %2$s/imapd.conf" listen="127.0.0.1:%5$d" maxchild=1
                  pop3s cmd="%1$s/pop3d -s -C %2$s/imapd.conf" listen="127.0.0.1:%6$d" maxchild=1
                  lmtp cmd="%1$s/lmtpd -a -C %2$s/imapd.conf" listen="%2$s/run/lmtp" maxchild=1
                }
                """
                .formatted(PROGRAMS, folder, ports.get(0), ports.get(1), ports.get(2), ports.get(3));
    }
}
