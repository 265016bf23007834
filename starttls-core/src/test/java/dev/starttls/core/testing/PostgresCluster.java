package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL of our own, which runs as its own user, since it refuses to run as root. */
public final class PostgresCluster implements AutoCloseable {

    private static final String USER = "postgres";
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private final ServerProcess server;
    private final int port;

    private PostgresCluster(ServerProcess server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts one with a user of this name and password, who owns it; skips the test if PostgreSQL is not installed.
     *
     * @param identity of the server inside TLS
     */
    public static PostgresCluster start(TestCertificates.Issued identity, String user, String password)
            throws IOException, InterruptedException {
        Path programs = programs();
        ExternalProgram runuser = ExternalProgram.named("runuser");
        ServerProcess.requireRoot("PostgreSQL");
        Path folder = ServerProcess.folder("postgres");
        ownedByUser(folder);
        Path pem = ownedByUser(ServerProcess.identity(folder.resolve("server.pem"), identity));
        Path secret = ownedByUser(Files.writeString(folder.resolve("password"), password));
        Path data = folder.resolve("data");
        int port = ServerProcess.freePorts(1).get(0);
        ExternalProgram.Outcome made = runuser.run(
                "",
                "-u",
                USER,
                "--",
                programs.resolve("initdb").toString(),
                "-D",
                data.toString(),
                "-U",
                user,
                "--pwfile=" + secret,
                "-A",
                "scram-sha-256",
                "--no-sync",
                "--no-locale");
        if (made.status() != 0) {
            throw new IOException("Expected initdb to make a cluster, got " + made);
        }
        Process process = runuser.start(
                "-u",
                USER,
                "--",
                programs.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-h",
                ServerProcess.ADDRESS,
                "-p",
                String.valueOf(port),
                "-k",
                "",
                "-F",
                "-c",
                "ssl=on",
                "-c",
                "ssl_cert_file=" + pem,
                "-c",
                "ssl_key_file=" + pem);
        PostgresCluster started = new PostgresCluster(new ServerProcess("PostgreSQL", folder, process), port);
        try {
            started.server.awaitOutput("database system is ready to accept connections");
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** What it has logged. */
    public String log() {
        return server.output();
    }

    @Override
    public void close() throws IOException {
        server.stop();
        server.deleteFolder();
    }

    private static Path programs() throws IOException {
        ExternalProgram.require(Files.isDirectory(VERSIONS), "PostgreSQL is not installed");
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            List<Path> found = versions.map(version -> version.resolve("bin"))
                    .filter(folder -> Files.isExecutable(folder.resolve("initdb"))
                            && Files.isExecutable(folder.resolve("postgres")))
                    .sorted()
                    .toList();
            ExternalProgram.require(!found.isEmpty(), "PostgreSQL is not installed");
            return found.get(found.size() - 1);
        }
    }

    private static Path ownedByUser(Path path) throws IOException {
        var principals = path.getFileSystem().getUserPrincipalLookupService();
        return Files.setOwner(path, principals.lookupPrincipalByName(USER));
    }
}
