package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.MailClientsContract;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IMAP clients that we did not write against our server. */
@Tag("peers")
@Timeout(180)
class ImapMailClientsTest extends MailClientsContract {

    private static final String[] USER = {"--user", "mary:secret"};
    private static final String[] MAIL = {"Subject: first", "hello"};

    @Override
    protected ServerSetup<?> server() {
        ImapLogin login = new ImapLogin(
                (user, password) -> user.equals("mary") && password.equals("secret"),
                new OneMessage("Subject: first\r\n\r\nhello\r\n"));
        return ImapServer.named("mail.example.org", login).capabilities(login.capabilities());
    }

    @Override
    protected String protocol() {
        return "imap";
    }

    @Override
    protected String greeting() {
        return "* OK ";
    }

    @Override
    protected List<String> commands() {
        return List.of("a CAPABILITY", "b LOGIN mary secret", "c SELECT INBOX", "d LOGOUT");
    }

    @Override
    protected List<String> answers() {
        return List.of("AUTH=PLAIN", "* 1 EXISTS", "d OK ");
    }

    @Test
    void curl_reads_mail_by_upgrade_and_by_implicit_tls() throws Exception {
        assertThat(curl(url("imap", serve(TlsPolicy.REQUIRED, KeyKind.EC)), USER))
                .contains(MAIL);
        assertThat(curl(url("imaps", serve(TlsPolicy.IMPLICIT, KeyKind.RSA)), USER))
                .contains(MAIL);
    }

    @Test
    void python_is_refused_before_tls_and_reads_inside() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        int implicit = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Stream<String> lines = python(
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
                """,
                port, implicit);
        assertThat(lines)
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

    private static String url(String scheme, int port) {
        return scheme + "://localhost:" + port + "/INBOX;MAILINDEX=1";
    }
}
