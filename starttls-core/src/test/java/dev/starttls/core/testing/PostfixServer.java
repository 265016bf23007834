package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Postfix of our own on two free ports of loopback: STARTTLS and implicit TLS. It discards mail for localhost. */
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

    /** Starts one that takes mail for these domains, and discards it. */
    public static PostfixServer takingMailFor(List<String> domains, TestCertificates.Issued identity)
            throws IOException, InterruptedException {
        return start(identity, discarding(domains));
    }

    /** Starts one that takes mail for these domains, discards it, and does not know STARTTLS. */
    public static PostfixServer withoutTls(List<String> domains) throws IOException, InterruptedException {
        return start(
                TestCertificates.shared().localhost(TestCertificates.KeyKind.EC),
                discarding(domains) + "smtpd_tls_security_level = none\n");
    }

    private static String discarding(List<String> domains) {
        return "virtual_mailbox_domains = " + String.join(" ", domains) + "\nvirtual_transport = discard\n";
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
        Files.writeString(
                folder.resolve("conf/main.cf"),
                ServerProcess.configuration("postfix-main.cf", folder, ServerProcess.ADDRESS, pem)
                        + "smtpd_tls_auth_only = yes\n" + transport);
        Files.writeString(
                folder.resolve("conf/master.cf"),
                ServerProcess.configuration("postfix-master.cf", ServerProcess.ADDRESS, ports.get(0), ports.get(1)));
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
}
