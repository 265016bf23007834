package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class SmtpClientAndServerTest {

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @Test
    void a_client_upgrades_and_sends_a_command_inside_tls() throws Exception {
        ServerSocketChannel listening = server().listen(loop.loop(), Loopback.anyPort());
        int port = listening.socket().getLocalPort();
        try (SmtpConnection mail = SmtpClient.to("localhost", port)
                .sslContext(SmtpFixture.CLIENT_CONTEXT)
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
        ServerSocketChannel listening = server().listen(loop.loop(), Loopback.anyPort());
        try (SmtpConnection mail = SmtpClient.to("localhost", listening.socket().getLocalPort())
                .sslContext(SmtpFixture.CLIENT_CONTEXT)
                .connect(loop.loop())
                .get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
        }
    }

    private SmtpServer server() {
        SmtpTransaction transaction = new SmtpTransaction(SmtpFixture.into(new ArrayList<>()), 100_000);
        return SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
                .sslContext(SmtpFixture.SERVER_CONTEXT);
    }
}
