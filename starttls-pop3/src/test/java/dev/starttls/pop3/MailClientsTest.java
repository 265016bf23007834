package dev.starttls.pop3;

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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** POP3 clients that we did not write against our server. */
@Tag("peers")
@Timeout(180)
class MailClientsTest {

    private final TestCertificates certificates = TestCertificates.shared();

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
                "CAPA\nUSER mary\nPASS secret\nSTAT\nQUIT\n",
                "s_client",
                "-starttls",
                "pop3",
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
        assertThat(outcome.output()).contains("Verify return code: 0 (ok)", "+OK 2 ", "+OK Bye");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void openssl_speaks_implicit_tls() throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        int port = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Outcome outcome = openssl.run(
                "CAPA\nQUIT\n",
                "s_client",
                "-connect",
                "localhost:" + port,
                "-CAfile",
                root.toString(),
                "-verify_return_error",
                "-ign_eof",
                "-crlf");
        assertThat(outcome.output()).contains("+OK ", "SASL PLAIN", "+OK Bye").doesNotContain("STLS");
        assertThat(outcome.status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"EC,VERS-TLS1.3", "RSA,VERS-TLS1.2"})
    void gnutls_upgrades(KeyKind key, String version) throws Exception {
        ExternalProgram gnutls = ExternalProgram.named("gnutls-cli");
        int port = serve(TlsPolicy.REQUIRED, key);
        Outcome outcome = gnutls.run(
                "USER mary\r\nPASS secret\r\nSTAT\r\nQUIT\r\n",
                "--starttls-proto=pop3",
                "--x509cafile",
                root.toString(),
                "--priority",
                "NORMAL:-VERS-ALL:+" + version,
                "--port",
                Integer.toString(port),
                "localhost");
        assertThat(outcome.output()).contains("The certificate is trusted", "Handshake was completed", "+OK 2 ");
        assertThat(outcome.status()).as(outcome.output()).isZero();
    }

    @Test
    void curl_reads_mail_by_upgrade_and_by_implicit_tls() throws Exception {
        ExternalProgram curl = ExternalProgram.named("curl");
        assertThat(curl(curl, "pop3", serve(TlsPolicy.REQUIRED, KeyKind.EC))).contains("Subject: first", "hello");
        assertThat(curl(curl, "pop3s", serve(TlsPolicy.IMPLICIT, KeyKind.RSA))).contains("Subject: first", "hello");
    }

    @Test
    void python_is_refused_before_tls_and_reads_inside() throws Exception {
        ExternalProgram python = ExternalProgram.named("python3");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        int implicit = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Outcome outcome = python.run(
                """
                import poplib, ssl
                context = ssl.create_default_context(cafile="%s")
                mail = poplib.POP3("localhost", %d, timeout=30)
                try:
                    mail.user("mary")
                    print("taken in the clear")
                except poplib.error_proto as refused:
                    print("refused", str(refused.args[0], "ascii")[:4])
                mail.stls(context)
                def read(mail):
                    print("STLS" in mail.capa())
                    mail.user("mary")
                    mail.pass_("secret")
                    print(mail.stat()[0], mail.retr(1)[1][0])
                    mail.quit()
                read(mail)
                read(poplib.POP3_SSL("localhost", %d, context=context, timeout=30))
                """
                        .formatted(root, port, implicit),
                "-");
        assertThat(outcome.output().lines())
                .containsExactly("refused -ERR", "False", "2 b'Subject: first'", "False", "2 b'Subject: first'");
    }

    @Test
    void fetchmail_takes_all_mail_away() throws Exception {
        ExternalProgram fetchmail = ExternalProgram.named("fetchmail");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        Path taken = folder.resolve("taken");
        Path configuration = Files.writeString(
                folder.resolve("fetchmailrc"),
                """
                poll localhost protocol pop3 port %d user "mary" password "secret"
                  sslproto "TLS1.2+" sslcertck sslcertfile "%s" mda "cat >>%s"
                """
                        .formatted(port, root, taken));
        Files.setPosixFilePermissions(configuration, PosixFilePermissions.fromString("rw-------"));
        String[] arguments = {
            "--verbose",
            "--nosyslog",
            "--nodetach",
            "--fetchmailrc",
            configuration.toString(),
            "--idfile",
            folder.resolve("ids").toString(),
            "--pidfile",
            folder.resolve("pid").toString()
        };
        Outcome outcome = fetchmail.run("", arguments);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("STLS", "upgrade to TLS succeeded");
        assertThat(Files.readString(taken)).contains("Subject: first", "Subject: second");
        assertThat(fetchmail.run("", arguments).status()).as("no mail is left").isEqualTo(1);
    }

    private String curl(ExternalProgram curl, String scheme, int port) throws Exception {
        Outcome outcome = curl.run(
                "",
                "--silent",
                "--show-error",
                "--ssl-reqd",
                "--cacert",
                root.toString(),
                "--user",
                "mary:secret",
                scheme + "://localhost:" + port + "/1");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return outcome.output();
    }

    private int serve(TlsPolicy policy, KeyKind key) throws Exception {
        Pop3Maildrop maildrop = Fixture.maildrop(Fixture.mailbox());
        return Pop3Server.named("pop.example.org", maildrop)
                .capabilities(maildrop.capabilities())
                .sslContext(certificates.server(certificates.localhost(key)))
                .policy(policy)
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }
}
