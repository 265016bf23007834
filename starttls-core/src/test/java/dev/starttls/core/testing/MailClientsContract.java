package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * TLS clients that we did not write, and that know the upgrade of every mail protocol, against our server. To be extended by
 * one class for each protocol, which adds the clients that know only its own.
 */
public abstract class MailClientsContract {

    /** Certificates whose root the clients trust. */
    protected final TestCertificates certificates = TestCertificates.shared();

    /** A folder for the test. */
    @TempDir
    protected Path folder;

    /** A file with the root certificate. */
    protected Path root;

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    /** For a class of one protocol. */
    protected MailClientsContract() {}

    /** A server that is to be given a certificate and a policy. */
    protected abstract ServerSetup<?> server();

    /** The protocol as OpenSSL and GnuTLS call it. */
    protected abstract String protocol();

    /** How the server offers the upgrade, which it must not inside TLS. */
    protected String offer() {
        return "STARTTLS";
    }

    /** How the greeting begins. */
    protected abstract String greeting();

    /** A whole session inside TLS, lines without CRLF. */
    protected abstract List<String> commands();

    /** What must be among the answers to them. */
    protected abstract List<String> answers();

    @BeforeEach
    void start() throws Exception {
        root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
    }

    @ParameterizedTest
    @CsvSource({"EC,-tls1_3", "EC,-tls1_2", "RSA,-tls1_3", "RSA,-tls1_2"})
    void openssl_upgrades_with_every_version_and_key(KeyKind key, String version) throws Exception {
        Outcome outcome = ExternalProgram.named("openssl")
                .run(
                        String.join("\n", commands()) + "\n",
                        "s_client",
                        "-starttls",
                        protocol(),
                        "-connect",
                        "localhost:" + serve(TlsPolicy.REQUIRED, key),
                        "-CAfile",
                        root.toString(),
                        "-verify_return_error",
                        "-verify_hostname",
                        "localhost",
                        "-crlf",
                        "-ign_eof",
                        version);
        assertThat(outcome.output()).contains("Verify return code: 0 (ok)").contains(answers());
        assertThat(outcome.status()).isZero();
    }

    @Test
    void openssl_speaks_implicit_tls() throws Exception {
        Outcome outcome = ExternalProgram.named("openssl")
                .run(
                        String.join("\n", commands()) + "\n",
                        "s_client",
                        "-connect",
                        "localhost:" + serve(TlsPolicy.IMPLICIT, KeyKind.EC),
                        "-CAfile",
                        root.toString(),
                        "-verify_return_error",
                        "-ign_eof",
                        "-crlf");
        assertThat(outcome.output()).contains(greeting()).contains(answers()).doesNotContain(offer());
        assertThat(outcome.status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"EC,VERS-TLS1.3", "RSA,VERS-TLS1.2"})
    void gnutls_upgrades(KeyKind key, String version) throws Exception {
        Outcome outcome = ExternalProgram.named("gnutls-cli")
                .run(
                        String.join("\r\n", commands()) + "\r\n",
                        "--starttls-proto=" + protocol(),
                        "--x509cafile",
                        root.toString(),
                        "--priority",
                        "NORMAL:-VERS-ALL:+" + version,
                        "--port",
                        Integer.toString(serve(TlsPolicy.REQUIRED, key)),
                        "localhost");
        assertThat(outcome.output())
                .contains("The certificate is trusted", "Handshake was completed")
                .contains(answers());
        assertThat(outcome.status()).as(outcome.output()).isZero();
    }

    /** Serves on the loopback interface until the test ends, and returns the port. */
    protected final int serve(TlsPolicy policy, KeyKind key) throws Exception {
        return loop.listen(server().sslContext(certificates.server(certificates.localhost(key)))
                .policy(policy));
    }

    /** What curl prints, which must succeed, and must upgrade. */
    protected final String curl(String url, String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--silent", "--show-error", "--ssl-reqd", "--cacert", root.toString()));
        arguments.addAll(List.of(options));
        arguments.add(url);
        return succeeded(ExternalProgram.named("curl").run("", arguments.toArray(String[]::new)));
    }

    /** The lines that a Python program prints, with the file of the root certificate for its first {@code %s}. */
    protected final Stream<String> python(String program, Object... more) throws Exception {
        Object[] arguments = Stream.concat(Stream.of(root), Stream.of(more)).toArray();
        return ExternalProgram.named("python3")
                .run(program.formatted(arguments), "-")
                .output()
                .lines();
    }

    /** What a program printed that must have succeeded. */
    protected static String succeeded(Outcome outcome) {
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return outcome.output();
    }
}
