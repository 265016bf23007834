package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail clients that we did not write against our server. */
@Tag("peers")
@Timeout(180)
class MailClientsTest {

    private final TestCertificates certificates = TestCertificates.shared();
    private final BlockingQueue<String> delivered = new LinkedBlockingQueue<>();

    @TempDir
    Path folder;

    private Path root;
    private UpgradeLoop loop;
    private Thread thread;

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
        ExternalProgram openssl = ExternalProgram.named("openssl");
        int port = serve(TlsPolicy.REQUIRED, key);
        Outcome outcome = openssl.run(
                "NOOP\nQUIT\n",
                "s_client",
                "-starttls",
                "smtp",
                "-connect",
                "localhost:" + port,
                "-CAfile",
                root.toString(),
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-crlf",
                "-ign_eof",
                version);
        assertThat(outcome.output()).contains("Verify return code: 0 (ok)", "250 2.0.0", "221 2.0.0");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void openssl_speaks_implicit_tls() throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        int port = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Outcome outcome = openssl.run(
                "EHLO me.example\nQUIT\n",
                "s_client",
                "-connect",
                "localhost:" + port,
                "-CAfile",
                root.toString(),
                "-verify_return_error",
                "-ign_eof",
                "-crlf");
        assertThat(outcome.output()).contains("220 mx.example.org", "250-mx.example.org", "221 2.0.0");
        assertThat(outcome.output()).doesNotContain("STARTTLS");
    }

    @ParameterizedTest
    @CsvSource({"EC,VERS-TLS1.3", "RSA,VERS-TLS1.2"})
    void gnutls_upgrades(KeyKind key, String version) throws Exception {
        ExternalProgram gnutls = ExternalProgram.named("gnutls-cli");
        int port = serve(TlsPolicy.REQUIRED, key);
        Outcome outcome = gnutls.run(
                "NOOP\r\nQUIT\r\n",
                "--starttls-proto=smtp",
                "--x509cafile",
                root.toString(),
                "--priority",
                "NORMAL:-VERS-ALL:+" + version,
                "--port",
                Integer.toString(port),
                "localhost");
        assertThat(outcome.output())
                .contains("The certificate is trusted", "Handshake was completed", "250 2.0.0", "221 2.0.0");
        assertThat(outcome.status()).as(outcome.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tls", "--tls-optional-strict"})
    void swaks_delivers(String mode) throws Exception {
        ExternalProgram swaks = ExternalProgram.named("swaks");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        Outcome outcome = swaks.run(
                "",
                "--server",
                "localhost:" + port,
                mode,
                "--tls-verify",
                "--tls-ca-path",
                root.toString(),
                "--from",
                "a@example.org",
                "--to",
                "b@example.org",
                "--body",
                "by swaks");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by swaks");
    }

    @Test
    void swaks_delivers_over_implicit_tls() throws Exception {
        ExternalProgram swaks = ExternalProgram.named("swaks");
        int port = serve(TlsPolicy.IMPLICIT, KeyKind.RSA);
        Outcome outcome = swaks.run(
                "",
                "--server",
                "localhost:" + port,
                "--tls-on-connect",
                "--from",
                "a@example.org",
                "--to",
                "b@example.org",
                "--body",
                "by swaks");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by swaks");
    }

    @Test
    void curl_delivers() throws Exception {
        ExternalProgram curl = ExternalProgram.named("curl");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        Path mail = Files.writeString(folder.resolve("mail"), "Subject: test\r\n\r\nby curl\r\n");
        Outcome outcome = curl.run(
                "",
                "--silent",
                "--show-error",
                "--ssl-reqd",
                "--cacert",
                root.toString(),
                "--mail-from",
                "a@example.org",
                "--mail-rcpt",
                "b@example.org",
                "--upload-file",
                mail.toString(),
                "smtp://localhost:" + port);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by curl");
    }

    @Test
    void python_delivers_twice_over_one_context() throws Exception {
        ExternalProgram python = ExternalProgram.named("python3");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        Outcome outcome = python.run(
                """
                import smtplib, ssl
                context = ssl.create_default_context(cafile="%s")
                for i in range(2):
                    with smtplib.SMTP("localhost", %d, timeout=30) as mail:
                        mail.ehlo()
                        try:
                            mail.sendmail("a@example.org", ["b@example.org"], "in the clear")
                            print("sent in the clear")
                        except smtplib.SMTPException as refused:
                            print("refused", refused.smtp_code)
                    with smtplib.SMTP("localhost", %d, timeout=30) as mail:
                        mail.starttls(context=context)
                        mail.sendmail("a@example.org", ["b@example.org"], "Subject: x\\r\\n\\r\\nby python")
                        print("sent", mail.has_extn("starttls"))
                """
                        .formatted(root, port, port),
                "-");
        assertThat(outcome.output().lines()).containsExactly("refused 530", "sent False", "refused 530", "sent False");
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by python");
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by python");
    }

    private int serve(TlsPolicy policy, KeyKind key) throws Exception {
        SmtpTransaction transaction = new SmtpTransaction(envelope -> new Collected(), 100_000);
        return SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
                .sslContext(certificates.server(certificates.localhost(key)))
                .policy(policy)
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }

    private final class Collected implements SmtpDataReceiver {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void line(String line) {
            lines.add(line);
        }

        @Override
        public SmtpReply end() {
            delivered.add(String.join("\n", lines));
            return SmtpReply.of(250, "2.0.0 Taken");
        }
    }
}
