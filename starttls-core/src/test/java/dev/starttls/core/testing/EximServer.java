package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;

/** An Exim of our own on two free ports of loopback: STARTTLS and implicit TLS. Mail for localhost, it throws away. */
public final class EximServer implements AutoCloseable {

    private static final String USER = "Debian-exim";

    private final ServerProcess server;
    private final List<Integer> ports;

    private EximServer(ServerProcess server, List<Integer> ports) {
        this.server = server;
        this.ports = ports;
    }

    /** Starts one; skips the test if Exim is not installed. */
    public static EximServer start(TestCertificates.Issued identity) throws IOException, InterruptedException {
        ExternalProgram exim = ExternalProgram.named("exim4");
        ServerProcess.requireRoot("Exim");
        Path folder = ServerProcess.folder("exim");
        UserPrincipal user =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
        Files.setOwner(Files.createDirectory(folder.resolve("spool")), user);
        Path pem = Files.setOwner(identity(folder.resolve("server.pem"), identity), user);
        List<Integer> ports = ServerProcess.freePorts(2);
        Path configuration = Files.writeString(folder.resolve("exim.conf"), configuration(folder, pem, ports));
        Process process = exim.start("-C", configuration.toString(), "-bdf");
        EximServer started = new EximServer(new ServerProcess("Exim", folder, process), ports);
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

    @Override
    public void close() throws IOException {
        server.stop();
        server.deleteFolder();
    }

    private static Path identity(Path file, TestCertificates.Issued identity) throws IOException {
        List<Object> pem = new ArrayList<>(List.of(PemFiles.withPublicKey(identity)));
        pem.addAll(identity.chain());
        return Files.setPosixFilePermissions(PemFiles.write(file, pem), PosixFilePermissions.fromString("rw-------"));
    }

    private static String configuration(Path folder, Path pem, List<Integer> ports) throws IOException {
        return ServerProcess.configuration("exim.conf", folder, ServerProcess.ADDRESS, pem, ports.get(0), ports.get(1))
                + """
                acl_smtp_rcpt = accept domains = localhost

                begin routers
                all:
                  driver = accept
                  transport = nowhere

                begin transports
                nowhere:
                  driver = appendfile
                  file = /dev/null
                  user = %s
                """
                        .formatted(USER);
    }
}
