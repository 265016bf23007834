package dev.starttls.smtp;

import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Postfix of our own on two free ports of loopback: STARTTLS and implicit TLS. Everything it gets, it discards. */
final class PostfixServer implements AutoCloseable {

    private static final int TRIES = 600;

    private final ExternalProgram postfix;
    private final Path folder;
    private final Process process;
    private final int port;
    private final int implicitPort;

    private PostfixServer(ExternalProgram postfix, Path folder, Process process, int port, int implicitPort) {
        this.postfix = postfix;
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.implicitPort = implicitPort;
    }

    static PostfixServer start(TestCertificates.Issued identity) throws Exception {
        ExternalProgram postfix = ExternalProgram.named("postfix");
        ExternalProgram.require("root".equals(System.getProperty("user.name")), "Postfix can only be started by root");
        Path folder = Files.createTempDirectory("postfix");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("conf", "queue", "data")) {
            Files.createDirectory(folder.resolve(name));
        }
        Files.setOwner(
                folder.resolve("data"),
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        List<Object> pem = new ArrayList<>(List.of(identity.key()));
        pem.addAll(identity.chain());
        Path chain = PemFiles.write(folder.resolve("conf/server.pem"), pem);
        Files.setPosixFilePermissions(chain, PosixFilePermissions.fromString("rw-------"));
        int port = freePort();
        int implicitPort = freePort();
        Files.writeString(folder.resolve("conf/main.cf"), mainConfiguration(folder, chain));
        Files.writeString(folder.resolve("conf/master.cf"), services(port, implicitPort));
        Process process = postfix.start("-c", folder.resolve("conf").toString(), "start-fg");
        PostfixServer server = new PostfixServer(postfix, folder, process, port, implicitPort);
        server.awaitGreeting();
        return server;
    }

    int port() {
        return port;
    }

    int implicitPort() {
        return implicitPort;
    }

    @Override
    public void close() throws IOException {
        try {
            postfix.run("", "-c", folder.resolve("conf").toString(), "stop");
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private void awaitGreeting() throws Exception {
        for (int i = 0; i < TRIES; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                socket.setSoTimeout(10_000);
                if (socket.getInputStream().read() == '2') {
                    return;
                }
            } catch (IOException e) {
                if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            "Postfix ended: "
                                    + new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8),
                            e);
                }
            }
        }
        throw new IOException("Postfix did not greet on port " + port);
    }

    private static String mainConfiguration(Path folder, Path chain) {
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
                .formatted(folder, chain);
    }

    private static String services(int port, int implicitPort) {
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
                scache unix - - n - 1 scache
                postlog unix-dgram n - n - 1 postlogd
                """
                .formatted(port, implicitPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
