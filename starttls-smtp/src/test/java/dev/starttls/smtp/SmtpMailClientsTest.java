package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
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
        SmtpTransaction transaction = new SmtpTransaction(envelope -> new Collected(), 100_000);
        return SmtpServer.named("mx.example.org", transaction).extensions(transaction.extensions());
    }

    @Override
    protected String protocol() {
        return "smtp";
    }

    @Override
    protected String offer() {
        return "STARTTLS";
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
