package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mail client that we did not write submits to our server. */
@Timeout(120)
class SmtpSubmissionTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    private final LinkedBlockingQueue<SmtpEnvelope> delivered = new LinkedBlockingQueue<>();

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN"})
    void a_user_logs_in_and_submits(String mechanism) throws Exception {
        try (ServerSocketChannel listening = listen()) {
            submit(listening, mechanism, "mary", "s \u00fc");
        }
        SmtpEnvelope envelope = delivered.poll(30, TimeUnit.SECONDS);
        assertThat(envelope.session().user()).contains("mary");
        assertThat(envelope.sender()).isEqualTo("mary@localhost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN"})
    void a_wrong_password_is_refused(String mechanism) throws Exception {
        try (ServerSocketChannel listening = listen()) {
            assertThatThrownBy(() -> submit(listening, mechanism, "mary", "wrong"))
                    .isInstanceOf(AuthenticationFailedException.class)
                    .hasMessageContaining("535 5.7.8 Wrong user or password");
        }
        assertThat(delivered).isEmpty();
    }

    @Test
    void the_delivery_refuses_the_address_of_another() throws Exception {
        try (ServerSocketChannel listening = listen()) {
            assertThatThrownBy(() -> submit(listening, "PLAIN", "john", "s \u00fc"))
                    .isInstanceOf(SendFailedException.class)
                    .hasStackTraceContaining("550 5.7.1 Not your address");
        }
        assertThat(delivered).isEmpty();
    }

    private ServerSocketChannel listen() throws IOException {
        SmtpDelivery delivery = new SmtpDelivery() {
            @Override
            public CompletionStage<Optional<SmtpReply>> decide(SmtpEnvelope envelope, String recipient) {
                String own = envelope.session().user().orElseThrow() + "@localhost";
                return CompletableFuture.completedFuture(
                        envelope.sender().equals(own)
                                ? Optional.empty()
                                : Optional.of(SmtpReply.of(550, "5.7.1 Not your address")));
            }

            @Override
            public SmtpDataReceiver begin(SmtpEnvelope envelope) {
                return SmtpFixture.collecting(lines -> {
                    delivered.add(envelope);
                    return SmtpReply.of(250, "2.0.0 Taken");
                });
            }
        };
        SmtpTransaction mail = new SmtpTransaction(delivery, 100_000);
        SmtpLogin login = new SmtpLogin((user, password) -> password.equals("s \u00fc"), mail);
        return SmtpServer.named("mail.example.org", login)
                .extensions(login.extensions(mail.extensions()))
                .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .listen(loop.loop(), Loopback.anyPort());
    }

    private static void submit(ServerSocketChannel server, String mechanism, String user, String password)
            throws MessagingException {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.starttls.required", "true");
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtp.auth.mechanisms", mechanism);
        properties.put("mail.smtp.ssl.socketFactory", CERTIFICATES.client().getSocketFactory());
        Session session = Session.getInstance(properties);
        Message message = new MimeMessage(session);
        message.setFrom(new InternetAddress("mary@localhost"));
        message.setText("submitted");
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect("localhost", server.socket().getLocalPort(), user, password);
            transport.sendMessage(message, new InternetAddress[] {new InternetAddress("b@localhost")});
        }
    }
}
