package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.MailClientsContract;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** POP3 clients that we did not write against our server. */
@Tag("peers")
@Timeout(180)
class Pop3MailClientsTest extends MailClientsContract {

    private static final String[] USER = {"--user", "mary:secret"};
    private static final String[] MAIL = {"Subject: first", "hello"};

    @Override
    protected ServerSetup<?> server() {
        Pop3Maildrop maildrop = Pop3Fixture.maildrop(Pop3Fixture.mailbox());
        return Pop3Server.named("pop.example.org", maildrop).capabilities(maildrop.capabilities());
    }

    @Override
    protected String protocol() {
        return "pop3";
    }

    @Override
    protected String offer() {
        return "STLS";
    }

    @Override
    protected String greeting() {
        return "+OK ";
    }

    @Override
    protected List<String> commands() {
        return List.of("CAPA", "USER mary", "PASS secret", "STAT", "QUIT");
    }

    @Override
    protected List<String> answers() {
        return List.of("SASL PLAIN", "+OK 2 ", "+OK Bye");
    }

    @Test
    void curl_reads_mail_by_upgrade_and_by_implicit_tls() throws Exception {
        assertThat(curl(url("pop3", serve(TlsPolicy.REQUIRED, KeyKind.EC)), USER))
                .contains(MAIL);
        assertThat(curl(url("pop3s", serve(TlsPolicy.IMPLICIT, KeyKind.RSA)), USER))
                .contains(MAIL);
    }

    @Test
    void python_is_refused_before_tls_and_reads_inside() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        int implicit = serve(TlsPolicy.IMPLICIT, KeyKind.EC);
        Stream<String> lines = python(
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
                """,
                port, implicit);
        assertThat(lines)
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

    private static String url(String scheme, int port) {
        return scheme + "://localhost:" + port + "/1";
    }
}
