package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.MailClientsContract;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail clients that we did not write against our server. */
@Tag("peers")
@Timeout(180)
class SmtpMailClientsTest extends MailClientsContract {

    private final BlockingQueue<String> delivered = new LinkedBlockingQueue<>();

    @Override
    protected ServerSetup<?> server() {
        SmtpTransaction transaction = new SmtpTransaction(
                envelope -> SmtpFixture.collecting(lines -> {
                    delivered.add(String.join("\n", lines));
                    return SmtpReply.of(250, "2.0.0 Taken");
                }),
                100_000);
        return SmtpServer.named("mx.example.org", transaction).extensions(transaction.extensions());
    }

    @Override
    protected String protocol() {
        return "smtp";
    }

    @Override
    protected String greeting() {
        return "220 mx.example.org";
    }

    @Override
    protected List<String> commands() {
        return List.of("EHLO me.example", "NOOP", "QUIT");
    }

    @Override
    protected List<String> answers() {
        return List.of("250-mx.example.org", "250 2.0.0", "221 2.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tls", "--tls-optional-strict"})
    void swaks_delivers(String mode) throws Exception {
        swaks(serve(TlsPolicy.REQUIRED, KeyKind.EC), mode, "--tls-verify", "--tls-ca-path", root.toString());
    }

    @Test
    void swaks_delivers_over_implicit_tls() throws Exception {
        swaks(serve(TlsPolicy.IMPLICIT, KeyKind.RSA), "--tls-on-connect");
    }

    @Test
    void curl_delivers() throws Exception {
        Path mail = Files.writeString(folder.resolve("mail"), "Subject: test\r\n\r\nby curl\r\n");
        curl(
                "smtp://localhost:" + serve(TlsPolicy.REQUIRED, KeyKind.EC),
                "--mail-from",
                "a@example.org",
                "--mail-rcpt",
                "b@example.org",
                "--upload-file",
                mail.toString());
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by curl");
    }

    @Test
    void python_delivers_twice_over_one_context() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, KeyKind.EC);
        Stream<String> lines = python(
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
                """,
                port, port);
        assertThat(lines).containsExactly("refused 530", "sent False", "refused 530", "sent False");
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by python");
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by python");
    }

    private void swaks(int port, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--server",
                "localhost:" + port,
                "--from",
                "a@example.org",
                "--to",
                "b@example.org",
                "--body",
                "by swaks"));
        arguments.addAll(List.of(options));
        succeeded(ExternalProgram.named("swaks").run("", arguments.toArray(String[]::new)));
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by swaks");
    }
}
