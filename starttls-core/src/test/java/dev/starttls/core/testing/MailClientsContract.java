package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

    /** A folder of the test's own. */
    @TempDir
    protected Path folder;

    /** A file with the root certificate. */
    protected Path root;

    private UpgradeLoop loop;
    private Thread thread;

    /** For a class of one protocol. */
    protected MailClientsContract() {}

    /** A server that is to be given a certificate and a policy. */
    protected abstract ServerSetup<?> server();

    /** The protocol as OpenSSL and GnuTLS call it. */
    protected abstract String protocol();

    /** How the server offers the upgrade, which it must not inside TLS. */
    protected abstract String offer();

    /** How the greeting begins. */
    protected abstract String greeting();

    /** A whole session inside TLS, lines without CRLF. */
    protected abstract List<String> commands();

    /** What must be among the answers to them. */
    protected abstract List<String> answers();

    @BeforeEach
    void start() throws Exception {
        root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        loop = UpgradeLoop.open(100, Runnable::run);
        thread = new Thread(loop, "loop");
        thread.start();
    }

    @AfterEach
    void stop() throws Exception {
        loop.closeNow();
        thread.join();
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
        return server().sslContext(certificates.server(certificates.localhost(key)))
                .policy(policy)
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }
}
