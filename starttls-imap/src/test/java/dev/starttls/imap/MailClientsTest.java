package dev.starttls.imap;

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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IMAP clients that we did not write against our server. */
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
                "a CAPABILITY\nb LOGIN mary secret\nc SELECT INBOX\nd LOGOUT\n",
                "s_client",
                "-starttls",
                "imap",
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
        assertThat(outcome.output()).contains("Verify return code: 0 (ok)", "* 1 EXISTS", "d OK ");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void openssl_speaks_implicit_tls() throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        int port = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Outcome outcome = openssl.run(
                "a CAPABILITY\nd LOGOUT\n",
                "s_client",
                "-connect",
                "localhost:" + port,
                "-CAfile",
                root.toString(),
                "-verify_return_error",
                "-ign_eof",
                "-crlf");
        assertThat(outcome.output()).contains("* OK ", "AUTH=PLAIN", "d OK ").doesNotContain("STARTTLS");
        assertThat(outcome.status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"EC,VERS-TLS1.3", "RSA,VERS-TLS1.2"})
    void gnutls_upgrades(KeyKind key, String version) throws Exception {
        ExternalProgram gnutls = ExternalProgram.named("gnutls-cli");
        int port = serve(TlsPolicy.REQUIRED, key);
        Outcome outcome = gnutls.run(
                "b LOGIN mary secret\r\nc SELECT INBOX\r\nd LOGOUT\r\n",
                "--starttls-proto=imap",
                "--x509cafile",
                root.toString(),
                "--priority",
                "NORMAL:-VERS-ALL:+" + version,
                "--port",
                Integer.toString(port),
                "localhost");
        assertThat(outcome.output())
                .contains("The certificate is trusted", "Handshake was completed", "* 1 EXISTS", "d OK ");
        assertThat(outcome.status()).as(outcome.output()).isZero();
    }

    @Test
    void curl_reads_mail_by_upgrade_and_by_implicit_tls() throws Exception {
        ExternalProgram curl = ExternalProgram.named("curl");
        assertThat(curl(curl, "imap", serve(TlsPolicy.REQUIRED, KeyKind.EC))).contains("Subject: first", "hello");
        assertThat(curl(curl, "imaps", serve(TlsPolicy.IMPLICIT, KeyKind.RSA))).contains("Subject: first", "hello");
    }

    @Test
    void python_is_refused_before_tls_and_reads_inside() throws Exception {
        ExternalProgram python = ExternalProgram.named("python3");
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        int implicit = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Outcome outcome = python.run(
                """
                import imaplib, ssl
                context = ssl.create_default_context(cafile="%s")
                mail = imaplib.IMAP4("localhost", %d, timeout=30)
                try:
                    mail.login("mary", "secret")
                    print("taken in the clear")
                except imaplib.IMAP4.error as refused:
                    print("PRIVACYREQUIRED" in str(refused))
                mail.starttls(context)
                def read(mail):
                    print("STARTTLS" in mail.capabilities, "LOGINDISABLED" in mail.capabilities)
                    mail.login("mary", "secret")
                    print(mail.select("INBOX")[1][0], mail.fetch("1", "(BODY[])")[1][0][1][:14])
                    mail.logout()
                read(mail)
                read(imaplib.IMAP4_SSL("localhost", %d, ssl_context=context, timeout=30))
                """
                        .formatted(root, port, implicit),
                "-");
        assertThat(outcome.output().lines())
                .containsExactly(
                        "True", "False False", "b'1' b'Subject: first'", "False False", "b'1' b'Subject: first'");
    }

    @ParameterizedTest
    @CsvSource({"STARTTLS,REQUIRED", "IMAPS,IMPLICIT"})
    void mbsync_copies_the_mailbox(String type, TlsPolicy policy) throws Exception {
        ExternalProgram mbsync = ExternalProgram.named("mbsync");
        int port = serve(policy, KeyKind.EC);
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Path configuration = Files.writeString(
                folder.resolve("mbsyncrc"),
                """
                IMAPAccount test
                Host localhost
                Port %1$d
                User mary
                Pass secret
                SSLType %2$s
                SystemCertificates no
                CertificateFile %3$s

                IMAPStore remote
                Account test

                MaildirStore local
                Path %4$s/
                Inbox %4$s/INBOX

                Channel test
                Far :remote:
                Near :local:
                Patterns INBOX
                Create Near
                Sync PullNew
                SyncState *
                """
                        .formatted(port, type, root, mail));
        Outcome outcome = mbsync.run("", "--verbose", "--config", configuration.toString(), "test");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        try (var files = Files.walk(mail.resolve("INBOX"))) {
            Path message = files.filter(file ->
                            file.getParent().endsWith("cur") || file.getParent().endsWith("new"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(message)).contains("Subject: first", "hello");
        }
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
                scheme + "://localhost:" + port + "/INBOX;MAILINDEX=1");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return outcome.output();
    }

    private int serve(TlsPolicy policy, KeyKind key) throws Exception {
        ImapLogin login = new ImapLogin(
                (user, password) -> user.equals("mary") && password.equals("secret"),
                new OneMessage("Subject: first\r\n\r\nhello\r\n"));
        return ImapServer.named("mail.example.org", login)
                .capabilities(login.capabilities())
                .sslContext(certificates.server(certificates.localhost(key)))
                .policy(policy)
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }
}
