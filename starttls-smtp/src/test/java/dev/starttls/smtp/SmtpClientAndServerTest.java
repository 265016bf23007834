package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.TlsPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SmtpClientAndServerTest {

    private final TestCertificates certificates = TestCertificates.shared();
    private final ConcurrentLinkedQueue<String> delivered = new ConcurrentLinkedQueue<>();
    private UpgradeLoop loop;
    private Thread thread;

    @BeforeEach
    void start() throws Exception {
        loop = UpgradeLoop.open(100, Runnable::run);
        thread = new Thread(loop, "loop");
        thread.start();
    }

    @AfterEach
    void stop() throws Exception {
        loop.closeNow();
        loop.stopped().get(30, TimeUnit.SECONDS);
        thread.join();
    }

    @Test
    void a_client_upgrades_and_sends_a_command_inside_tls() throws Exception {
        ServerSocketChannel listening = server().listen(loop, loopback());
        int port = listening.socket().getLocalPort();
        try (SmtpConnection mail = SmtpClient.to("localhost", port)
                .sslContext(certificates.client())
                .policy(TlsPolicy.REQUIRED)
                .connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.report().roundTrips()).isEqualTo(5);
            assertThat(mail.capabilities().has("STARTTLS")).isFalse();
            mail.channel().write(ByteBuffer.wrap("NOOP\r\n".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer reply = ByteBuffer.allocate(512);
            mail.channel().read(reply);
            assertThat(StandardCharsets.US_ASCII.decode(reply.flip()).toString())
                    .startsWith("250 ");
        }
    }

    @Test
    void a_client_upgrades_on_a_loop() throws Exception {
        ServerSocketChannel listening = server().listen(loop, loopback());
        try (SmtpConnection mail = SmtpClient.to("localhost", listening.socket().getLocalPort())
                .sslContext(certificates.client())
                .connect(loop)
                .get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
        }
    }

    private SmtpServer server() {
        SmtpTransaction transaction = new SmtpTransaction(envelope -> new Collected(), 100_000);
        return SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
                .sslContext(certificates.server(certificates.localhost(TestCertificates.KeyKind.EC)));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private final class Collected implements SmtpDataReceiver {
        @Override
        public void line(String line) {
            delivered.add(line);
        }

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Taken");
        }
    }
}
