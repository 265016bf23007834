package dev.starttls.conformance.tls;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.starttls.conformance.tls.certificate.Issuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** {@code openssl s_server} on a free port of the loopback; it answers each line with the same line reversed. */
final class OpensslServer implements AutoCloseable {

    private static final String ACCEPT = "ACCEPT ";

    private final Process process;
    private final int port;

    private OpensslServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it, or skips the test where there is no openssl. */
    static OpensslServer start(Path folder, String... options) throws IOException, CertificateEncodingException {
        return start(folder, GoodServer.SERVER, options);
    }

    /** The same with another certificate. */
    static OpensslServer start(Path folder, Issuer identity, String... options)
            throws IOException, CertificateEncodingException {
        Path pem = pem(folder, "server.pem", identity);
        List<String> command = new ArrayList<>(
                List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pem.toString(), "-rev"));
        command.addAll(List.of(options));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return abort("openssl is not installed here: " + e.getMessage());
        }
        BufferedReader detail =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = detail.readLine(); line != null; line = detail.readLine()) {
            all.append(line).append('\n');
            if (line.startsWith(ACCEPT)) {
                int port = Integer.parseInt(
                        line.substring(line.lastIndexOf(':') + 1).strip());
                LoopbackServer.start(() -> detail.lines().forEach(ignored -> {}));
                return new OpensslServer(process, port);
            }
        }
        throw new IllegalStateException("openssl s_server did not start: " + all);
    }

    int port() {
        return port;
    }

    /** Writes a certificate and its key. */
    static Path pem(Path folder, String name, Issuer identity) throws IOException, CertificateEncodingException {
        return Files.writeString(folder.resolve(name), pem(identity));
    }

    private static String pem(Issuer identity) throws CertificateEncodingException {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN PRIVATE KEY-----\n"
                + encoder.encodeToString(identity.key().getEncoded())
                + "\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n"
                + encoder.encodeToString(identity.certificate().getEncoded()) + "\n-----END CERTIFICATE-----\n";
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
