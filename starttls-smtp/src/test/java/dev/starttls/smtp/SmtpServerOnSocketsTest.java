package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The last lines of a server, as they come out of a socket. */
@Timeout(60)
class SmtpServerOnSocketsTest {

    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private Optional<SmtpReply> refusal = Optional.empty();

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    /** Throws, and records each client and how its session ended. */
    private final class ThrowingSmtpHandler implements SmtpHandler {
        @Override
        public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
            throw new IllegalArgumentException("boom");
        }

        @Override
        public Optional<SmtpReply> connected(SmtpSession session) {
            heard.add("connected " + session.peer());
            return refusal;
        }

        @Override
        public void ended(SmtpSession session, SessionEnd end) {
            heard.add("ended " + end.cause());
        }
    }

    @Test
    void on_a_loop_a_handler_that_throws_is_answered_451_and_421() throws Exception {
        try (ServerSocketChannel listening = server().listen(loop.loop(), Loopback.anyPort());
                Socket client = connected(listening)) {
            client.getOutputStream().write(octets("BOOM\r\n"));
            assertThat(all(client))
                    .containsExactly(
                            "220 mx.example.org ESMTP",
                            "451 4.3.0 Local error in processing",
                            "421 4.3.0 mx.example.org Local error, closing the connection");
            assertThat(heard.take()).isEqualTo("connected 127.0.0.1:" + client.getLocalPort());
            assertThat(heard.take()).isEqualTo("ended FAULT");
            assertThat(loop.uncaught().take()).hasMessage("boom");
        }
    }

    @Test
    void on_a_loop_a_silent_client_hears_421() throws Exception {
        SmtpServer impatient = server().limits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(50)));
        try (ServerSocketChannel listening = impatient.listen(loop.loop(), Loopback.anyPort());
                Socket client = connected(listening)) {
            assertThat(all(client))
                    .last()
                    .isEqualTo("421 4.4.2 mx.example.org Silent for too long, closing the connection");
            heard.take();
            assertThat(heard.take()).isEqualTo("ended TIMED_OUT");
        }
    }

    @Test
    void on_a_loop_a_client_is_refused_at_the_greeting() throws Exception {
        refusal = Optional.of(SmtpReply.of(421, "4.7.0 Not now"));
        try (ServerSocketChannel listening = server().listen(loop.loop(), Loopback.anyPort());
                Socket client = connected(listening)) {
            assertThat(all(client)).containsExactly("421 4.7.0 Not now");
            heard.take();
            assertThat(heard.take()).isEqualTo("ended CLOSED");
        }
    }

    @Test
    void on_a_thread_of_its_own_a_handler_that_throws_is_answered_451_and_421() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort());
                Socket client = connected(listening)) {
            client.getOutputStream().write(octets("BOOM\r\n"));
            Throwable thrown = null;
            try {
                server().serve(listening.accept());
            } catch (IOException | RuntimeException e) {
                thrown = e;
            }
            assertThat(thrown).isNotNull();
            assertThat(all(client)).hasSize(3).last().asString().startsWith("421 4.3.0 ");
            heard.take();
            assertThat(heard.take()).isEqualTo("ended FAULT");
        }
    }

    @Test
    void a_server_without_a_certificate_does_not_begin_to_serve() throws Exception {
        for (TlsPolicy policy : new TlsPolicy[] {TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT}) {
            SmtpServer bare = SmtpServer.named("mx.example.org", new ThrowingSmtpHandler())
                    .policy(policy);
            assertThatIllegalStateException()
                    .isThrownBy(() -> bare.listen(loop.loop(), Loopback.anyPort()))
                    .withMessageContaining("sslContext");
        }
        SmtpServer plain =
                SmtpServer.named("mx.example.org", new ThrowingSmtpHandler()).policy(TlsPolicy.DISABLED);
        plain.listen(loop.loop(), Loopback.anyPort()).close();
    }

    private SmtpServer server() {
        return SmtpServer.named("mx.example.org", new ThrowingSmtpHandler())
                .policy(TlsPolicy.OPPORTUNISTIC)
                .sslContext(SmtpFixture.SERVER_CONTEXT);
    }

    private static Socket connected(ServerSocketChannel listening) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), listening.socket().getLocalPort());
    }

    private static byte[] octets(String words) {
        return words.getBytes(StandardCharsets.US_ASCII);
    }

    /** All lines to the end of the connection. */
    private static List<String> all(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
    }
}
