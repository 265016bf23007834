package dev.starttls.conformance.peers;

import dev.starttls.conformance.target.Scheme;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A server as its {@link PeerFile} describes it, on free ports of loopback, for one test. */
final class PeerServer implements AutoCloseable {
    private static final String ROOT = "root";

    private final Path folder;
    private final Map<String, String> values = new HashMap<>();
    private final List<ServerProcess> processes = new ArrayList<>();

    private PeerServer(Path folder) {
        this.folder = folder;
    }

    /** Starts one; skips the test if what it needs is not installed. */
    static PeerServer start(PeerFile file, TestCertificates.Issued identity)
            throws IOException, InterruptedException, GeneralSecurityException {
        requireInstalled(file);
        PeerServer server = new PeerServer(ServerProcess.folder("peer-" + file.name()));
        try {
            server.start(file, identity, peers());
            return server;
        } catch (IOException | InterruptedException | GeneralSecurityException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Skips the test if something that the peer needs is not there. */
    static void requireInstalled(PeerFile file) {
        for (String need : file.lines("needs")) {
            if (need.equals(ROOT)) {
                ServerProcess.requireRoot(file.name());
            } else {
                Path path = Path.of(need.replace("@peers@", peers().toString()));
                ExternalProgram.require(Files.exists(path), path + " is not installed");
            }
        }
    }

    private void start(PeerFile file, TestCertificates.Issued identity, Path peers)
            throws IOException, InterruptedException, GeneralSecurityException {
        values.put("folder", folder.toString());
        values.put("peers", peers.toString());
        values.put(
                "java", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        identify(identity);
        List<String> names = file.lines("ports");
        List<Integer> free = ServerProcess.freePorts(names.size());
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), free.get(i).toString());
        }
        for (Map.Entry<String, String> written : file.files().entrySet()) {
            Path path = folder.resolve(written.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, filled(written.getValue()));
        }
        for (String line : file.lines("prepare")) {
            List<String> words = words(line);
            ExternalProgram.Outcome outcome =
                    program(words.get(0)).run("", words.subList(1, words.size()).toArray(String[]::new));
            if (outcome.status() != 0) {
                throw new IOException(file + ": " + line + ": " + outcome);
            }
        }
        for (String line : file.lines("run")) {
            List<String> words = words(line);
            Process process =
                    program(words.get(0)).start(words.subList(1, words.size()).toArray(String[]::new));
            processes.add(new ServerProcess(file.name(), folder, process));
        }
        ServerProcess last = processes.get(processes.size() - 1);
        for (Scheme scheme : file.schemes()) {
            if (scheme.implicitTls()) {
                last.awaitPort(port(scheme));
            } else {
                last.awaitGreeting(port(scheme));
            }
        }
    }

    /** The key and the certificate in each of the forms that servers read. */
    private void identify(TestCertificates.Issued identity) throws IOException, GeneralSecurityException {
        Object key = PemFiles.withPublicKey(identity);
        List<Object> all = new ArrayList<>(List.of(key));
        all.addAll(identity.chain());
        values.put("pem", secret("server.pem", all));
        values.put("key", secret("key.pem", List.of(key)));
        values.put(
                "chain",
                PemFiles.write(folder.resolve("chain.pem"), identity.chain()).toString());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                identity.key(),
                "changeit".toCharArray(),
                identity.chain().toArray(Certificate[]::new));
        Path p12 = folder.resolve("server.p12");
        try (OutputStream out = Files.newOutputStream(p12)) {
            store.store(out, "changeit".toCharArray());
        }
        values.put("p12", p12.toString());
    }

    /** The program at a path, or of this name. */
    static ExternalProgram program(String name) {
        Path path = Path.of(name);
        return path.isAbsolute()
                ? ExternalProgram.at(path.getParent(), path.getFileName().toString())
                : ExternalProgram.named(name);
    }

    private String secret(String name, List<Object> objects) throws IOException {
        Path file = PemFiles.write(folder.resolve(name), objects);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"))
                .toString();
    }

    private List<String> words(String line) {
        return List.of(filled(line).split("\\s+", -1));
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("@" + value.getKey() + "@", value.getValue());
        }
        return filled;
    }

    /** Where {@code .ci/peers} puts what no package installs. */
    /** Where programs are that no package installs. */
    static Path peers() {
        Path here = Path.of("target/peers").toAbsolutePath();
        return Files.isDirectory(here)
                ? here
                : Path.of("../target/peers").toAbsolutePath().normalize();
    }

    int port(Scheme scheme) {
        return Integer.parseInt(values.get(scheme.key()));
    }

    /** What its programs have printed. */
    String output() {
        StringBuilder output = new StringBuilder();
        processes.forEach(process -> output.append(process.output()));
        return output.toString();
    }

    @Override
    public void close() throws IOException {
        Collections.reverse(processes);
        processes.forEach(ServerProcess::stop);
        deleteFolder();
    }

    private void deleteFolder() throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
