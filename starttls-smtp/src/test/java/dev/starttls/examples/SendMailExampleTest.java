package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpDelivery;
import dev.starttls.smtp.SmtpEnvelope;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A message is submitted to a server that keeps it. */
@Timeout(120)
class SendMailExampleTest implements SmtpDelivery {

    private final TestCertificates certificates = TestCertificates.shared();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private UpgradeLoop loop;
    private SmtpClient client;

    @BeforeEach
    void serve() throws IOException {
        loop = UpgradeLoop.open(10, Runnable::run);
        Thread thread = new Thread(loop, "mail server");
        thread.setDaemon(true);
        thread.start();
        SmtpTransaction transaction = new SmtpTransaction(this, 100_000);
        ServerSocketChannel listening = SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
                .sslContext(certificates.server(certificates.localhost(KeyKind.EC)))
                .listen(loop, Loopback.anyPort());
        int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
        client = SmtpClient.to("localhost", port).sslContext(certificates.client());
    }

    @AfterEach
    void stop() {
        loop.closeNow();
        loop.stopped().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void a_message_arrives_as_it_was_and_a_refused_recipient_is_reported() throws Exception {
        try (SmtpConnection mail = client.connect()) {
            SendMailExample session = new SendMailExample(mail);
            assertThat(session.send("joe@example.net", List.of("mary@example.org", "eve@example.org"), message()))
                    .containsExactly(SmtpReply.of(550, "5.1.1 No such user"));
            session.quit();
        }
        assertThat(received).containsExactly("Subject: dots", "", ".", "..two", "end");
    }

    @Test
    void a_message_that_no_recipient_may_have_is_not_sent() throws Exception {
        try (SmtpConnection mail = client.connect()) {
            SendMailExample session = new SendMailExample(mail);
            assertThatThrownBy(() -> session.send("joe@example.net", List.of("eve@example.org"), message()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("550 5.1.1 No such user");
            assertThatThrownBy(() -> session.send("joe>\r\nRCPT TO:<eve@example.org", List.of(), message()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(received).isEmpty();
    }

    @Override
    public SmtpDataReceiver begin(SmtpEnvelope envelope) {
        return new SmtpDataReceiver() {
            @Override
            public void line(String line) {
                received.add(line);
            }

            @Override
            public SmtpReply end() {
                return SmtpReply.of(250, "2.0.0 Taken");
            }
        };
    }

    @Override
    public Optional<SmtpReply> refusal(SmtpEnvelope envelope, String recipient) {
        return recipient.startsWith("eve") ? Optional.of(SmtpReply.of(550, "5.1.1 No such user")) : Optional.empty();
    }

    private static BufferedReader message() {
        return new BufferedReader(new StringReader("Subject: dots\n\n.\n..two\nend\n"));
    }
}
