package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Postfix of our own on two free ports of loopback: STARTTLS and implicit TLS. Mail for localhost, it discards. */
public final class PostfixServer implements AutoCloseable {

    private final ExternalProgram postfix;
    private final ServerProcess server;
    private final List<Integer> ports;

    private PostfixServer(ExternalProgram postfix, ServerProcess server, List<Integer> ports) {
        this.postfix = postfix;
        this.server = server;
        this.ports = ports;
    }

    /** Starts one; skips the test if Postfix is not installed. */
    public static PostfixServer start(TestCertificates.Issued identity) throws IOException, InterruptedException {
        return start(identity, "");
    }

    /** Starts one that delivers mail for example.org. */
    public static PostfixServer deliveringTo(MailStore store, TestCertificates.Issued identity)
            throws IOException, InterruptedException {
        return start(identity, "virtual_mailbox_domains = example.org\n" + store.postfixTransport());
    }

    private static PostfixServer start(TestCertificates.Issued identity, String transport)
            throws IOException, InterruptedException {
        ExternalProgram postfix = ExternalProgram.named("postfix");
        ServerProcess.requireRoot("Postfix");
        Path folder = ServerProcess.folder("postfix");
        for (String name : List.of("conf", "queue", "data")) {
            Files.createDirectory(folder.resolve(name));
        }
        Files.setOwner(
                folder.resolve("data"),
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        Path pem = ServerProcess.identity(folder.resolve("conf/server.pem"), identity);
        List<Integer> ports = ServerProcess.freePorts(2);
        Files.writeString(folder.resolve("conf/main.cf"), mainConfiguration(folder, pem) + transport);
        Files.writeString(folder.resolve("conf/master.cf"), services(ports));
        Process process = postfix.start("-c", folder.resolve("conf").toString(), "start-fg");
        PostfixServer started = new PostfixServer(postfix, new ServerProcess("Postfix", folder, process), ports);
        try {
            started.server.awaitGreeting(started.port());
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** The port of SMTP with STARTTLS. */
    public int port() {
        return ports.get(0);
    }

    /** The port of SMTP inside TLS. */
    public int implicitPort() {
        return ports.get(1);
    }

    /** Waits until its log has a text. */
    public void awaitLog(String text) throws IOException, InterruptedException {
        server.awaitOutput(text);
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> children = server.children();
        try {
            postfix.run("", "-c", server.folder().resolve("conf").toString(), "stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.awaitEnd(children);
        server.deleteFolder();
    }

    private static String mainConfiguration(Path folder, Path pem) {
        return """
                compatibility_level = 3.6
                queue_directory = %1$s/queue
                data_directory = %1$s/data
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                mail_owner = postfix
                setgid_group = postdrop
                myhostname = localhost
                mydestination = localhost
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                smtpd_tls_chain_files = %2$s
                smtpd_tls_security_level = may
                smtpd_tls_auth_only = yes
                maillog_file = /dev/stdout
                maillog_file_prefixes = /dev, /tmp
                local_recipient_maps =
                local_transport = discard
                """
                .formatted(folder, pem);
    }

    private static String services(List<Integer> ports) {
        return """
                127.0.0.1:%d inet n - n - - smtpd
                127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
                pickup unix n - n 60 1 pickup
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 300 1 qmgr
                tlsmgr unix - - n 1000? 1 tlsmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                anvil unix - - n - 1 anvil
                discard unix - - n - - discard
                virtual unix - n n - - virtual
                lmtp unix - - n - - lmtp
                scache unix - - n - 1 scache
                postlog unix-dgram n - n - 1 postlogd
                """
                .formatted(ports.get(0), ports.get(1));
    }
}
