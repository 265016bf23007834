package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What spares a small server and a small client the other packages: a loop of the server's own, and streams. */
@Timeout(60)
class SmtpOneThreadServerTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext SERVING = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
    private static final SSLContext TRUSTING = CERTIFICATES.client();

    private UpgradeLoop loop;
    private int port;

    @BeforeEach
    void start() throws IOException {
        SmtpServer server = SmtpServer.named("mx.example.org", (command, session) -> SmtpAnswer.of(502, "5.5.1 No"))
                .sslContext(SERVING);
        port = ServerProcess.freePorts(1).get(0);
        loop = server.listen(new InetSocketAddress(Loopback.anyPort().getAddress(), port), 10);
        new Thread(loop, "one thread").start();
    }

    @AfterEach
    void stop() {
        loop.closeNow();
        loop.stopped().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void streams_carry_commands_and_replies_until_the_connection_is_closed() throws Exception {
        SmtpConnection mail = client().connect();
        OutputStream commands = mail.outputStream();
        InputStream in = mail.inputStream();
        BufferedReader replies = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));

        commands.write("NOOP\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(replies.readLine()).startsWith("250 ");
        assertThat(replies.readLine()).startsWith("221 ");
        assertThat(replies.readLine()).as("after close_notify").isNull();

        mail.close();
        assertThatThrownBy(in::read).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> commands.write(1)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closing_a_stream_closes_the_connection() throws Exception {
        SmtpConnection mail = client().connect();
        mail.outputStream().close();
        assertThat(mail.channel().isOpen()).isFalse();
    }

    @Test
    void a_non_blocking_connection_has_no_streams_until_its_transport_blocks() throws Exception {
        try (UpgradeLoop clients = UpgradeLoop.open(1, Runnable::run)) {
            new Thread(clients, "clients").start();
            try (SmtpConnection mail = client().connect(clients).get(30, TimeUnit.SECONDS)) {
                assertThatThrownBy(mail::inputStream)
                        .isInstanceOf(IllegalBlockingModeException.class)
                        .hasMessageContaining("configureBlocking(true)");
                assertThatThrownBy(mail::outputStream).isInstanceOf(IllegalBlockingModeException.class);

                ((SocketChannel) mail.channel().transport()).configureBlocking(true);
                mail.outputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(mail.inputStream().read()).isEqualTo('2');
            }
        }
    }

    @Test
    void what_is_wrong_with_the_address_the_number_or_the_files_is_said_at_once() {
        SmtpServer server = SmtpServer.named("mx.example.org", (command, session) -> SmtpAnswer.of(502, "5.5.1 No"))
                .sslContext(SERVING);
        assertThatThrownBy(() ->
                        server.listen(new InetSocketAddress(Loopback.anyPort().getAddress(), port), 10))
                .isInstanceOf(BindException.class)
                .hasMessageContaining(String.valueOf(port));
        assertThatThrownBy(() -> server.listen(Loopback.anyPort(), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.keys(Path.of("no-chain.pem"), Path.of("no-key.pem")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-chain.pem");
    }

    private SmtpClient client() {
        return SmtpClient.to("localhost", port).sslContext(TRUSTING);
    }
}
