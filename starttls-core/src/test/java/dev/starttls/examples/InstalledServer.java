package dev.starttls.examples;

import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A server that is installed, run in a folder of its own on a free port of loopback, with a certificate for localhost.
 *
 * <pre>{@code
 * InstalledServer slapd = InstalledServer.of("slapd", "openldap");
 * slapd.file("slapd.conf", "TLSCertificateFile {folder}/certificate.pem ...");
 * slapd.start(ExternalProgram.named("slapd"), "-d", "0", "-f", "{folder}/slapd.conf", "-h", "ldap://127.0.0.1:{port}");
 * }</pre>
 */
final class InstalledServer implements AutoCloseable {

    private final String name;
    private final String user;
    private final Path folder;
    /** Chosen when it is first needed, so that it is still free when the server is started. */
    private OptionalInt port = OptionalInt.empty();

    private Optional<ServerProcess> process = Optional.empty();

    private InstalledServer(String name, String user, Path folder) {
        this.name = name;
        this.user = user;
        this.folder = folder;
    }

    /** A folder of the user's with "key.pem" and "certificate.pem"; skips the test where it is not root's. */
    static InstalledServer of(String name, String user) throws IOException {
        ServerProcess.requireRoot(name);
        Path folder = ServerProcess.folder(name);
        TestCertificates.Issued identity = TestCertificates.shared().localhost(KeyKind.EC);
        Object key = PemFiles.withPublicKey(identity);
        InstalledServer server = new InstalledServer(name, user, folder);
        PemFiles.write(folder.resolve("key.pem"), List.of(key));
        PemFiles.write(folder.resolve("certificate.pem"), identity.chain());
        for (String file : List.of("key.pem", "certificate.pem", "")) {
            server.own(folder.resolve(file));
        }
        Files.setPosixFilePermissions(folder.resolve("key.pem"), PosixFilePermissions.fromString("rw-------"));
        return server;
    }

    Path folder() {
        return folder;
    }

    int port() throws IOException {
        if (port.isEmpty()) {
            port = OptionalInt.of(ServerProcess.freePorts(1).get(0));
        }
        return port.getAsInt();
    }

    /** Writes a file of the user's, with {@code {folder}} and {@code {port}} filled in. */
    Path file(String path, String text) throws IOException {
        return own(Files.writeString(folder.resolve(path), filled(text)));
    }

    /** Makes a folder of the user's, in a folder that is there. */
    Path folder(String path) throws IOException {
        return own(Files.createDirectory(folder.resolve(path)));
    }

    /** Runs a program to its end as the user, with {@code {folder}} and {@code {port}} filled in. */
    void run(ExternalProgram program, String... arguments) throws IOException, InterruptedException {
        ExternalProgram.Outcome outcome = ExternalProgram.named("setpriv").run("", asUser(program, arguments));
        if (outcome.status() != 0) {
            close();
            throw new IOException("Expected " + program + " to do its work, got " + outcome);
        }
    }

    /** Starts it as the user, with {@code {folder}} and {@code {port}} filled in, and waits until its port takes connections. */
    InstalledServer start(ExternalProgram program, String... arguments) throws IOException, InterruptedException {
        return start(process -> process.awaitPort(port()), program, arguments);
    }

    /** The same, and waits until it has printed a text: its port takes connections before it serves them. */
    InstalledServer startUntil(String text, ExternalProgram program, String... arguments)
            throws IOException, InterruptedException {
        return start(process -> process.awaitOutput(text), program, arguments);
    }

    private InstalledServer start(Waiting waiting, ExternalProgram program, String... arguments)
            throws IOException, InterruptedException {
        ServerProcess started =
                new ServerProcess(name, folder, ExternalProgram.named("setpriv").start(asUser(program, arguments)));
        process = Optional.of(started);
        try {
            waiting.until(started);
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
        return this;
    }

    /** What shows that a server serves. */
    private interface Waiting {
        void until(ServerProcess process) throws IOException, InterruptedException;
    }

    @Override
    public void close() throws IOException {
        process.ifPresent(ServerProcess::stop);
        ServerProcess.delete(folder);
    }

    private String[] asUser(ExternalProgram program, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("--reuid=" + user, "--regid=" + user, "--clear-groups"));
        all.add(program.path().toString());
        for (String argument : arguments) {
            all.add(filled(argument));
        }
        return all.toArray(new String[0]);
    }

    private String filled(String text) throws IOException {
        String named = text.replace("{folder}", folder.toString());
        return named.contains("{port}") ? named.replace("{port}", Integer.toString(port())) : named;
    }

    private Path own(Path path) throws IOException {
        UserPrincipal owner =
                path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        return Files.setOwner(path, owner);
    }
}
