package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The entry classes, over sockets. */
@Timeout(60)
class ImapClientAndServerTest {

    private final ImapLogin login = new ImapLogin((user, password) -> password.equals("secret"));

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @Test
    void a_client_upgrades_in_four_round_trips_and_logs_in_inside_tls() throws Exception {
        try (ImapConnection mail = client(listen(TlsPolicy.REQUIRED)).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.report().roundTrips()).isEqualTo(4);
            assertThat(mail.capabilities()).hasToString(ImapFixture.INSIDE);
            assertThat(mail.preauthenticated()).isFalse();
            write(mail, "a LOGIN mary secret\r\nb LOGOUT\r\n");
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(mail.channel()), StandardCharsets.US_ASCII));
            assertThat(lines.readLine()).isEqualTo("a OK Logged in");
            assertThat(lines.readLine()).startsWith("* BYE ");
            assertThat(lines.readLine()).startsWith("b OK ");
            assertThat(lines.readLine()).as("close_notify").isNull();
        }
    }

    @Test
    void a_client_of_implicit_tls_needs_no_command_at_all() throws Exception {
        try (ImapConnection mail =
                client(listen(TlsPolicy.IMPLICIT)).policy(TlsPolicy.IMPLICIT).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.capabilities()).hasToString(ImapFixture.INSIDE);
        }
    }

    @Test
    void a_client_upgrades_on_a_loop() throws Exception {
        try (ImapConnection mail =
                client(listen(TlsPolicy.REQUIRED)).connect(loop.loop()).get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
        }
    }

    @Test
    void a_server_serves_one_connection_on_the_calling_thread() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            ImapServer server = server(TlsPolicy.REQUIRED);
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (SocketChannel accepted = listening.accept()) {
                    server.serve(accepted);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (ImapConnection mail = client(listening.socket().getLocalPort()).connect()) {
                write(mail, "a LOGOUT\r\n");
                ByteBuffer answer = ByteBuffer.allocate(512);
                while (mail.channel().read(answer) >= 0) {
                    // To the end.
                }
                assertThat(StandardCharsets.US_ASCII.decode(answer.flip()).toString())
                        .contains("a OK ");
            }
            served.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_failure_reaches_the_caller_typed_whichever_way_it_connects() throws Exception {
        int port = listen(TlsPolicy.DISABLED);
        assertThatThrownBy(() -> client(port).connect())
                .isInstanceOfSatisfying(UpgradeException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(FailureReason.NOT_OFFERED));
        assertThatThrownBy(() -> client(port).connect(loop.loop()).get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(UpgradeException.class);
    }

    @Test
    void a_client_that_fails_its_handshake_does_not_disturb_the_next() throws Exception {
        int port = listen(TlsPolicy.REQUIRED);
        try (Socket broken = new Socket(InetAddress.getLoopbackAddress(), port)) {
            broken.getOutputStream().write("a STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(broken.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(lines.readLine()).startsWith("* OK ");
            assertThat(lines.readLine()).startsWith("a OK ");
            broken.getOutputStream().write("garbage\r\n".getBytes(StandardCharsets.US_ASCII));
            String rest = lines.readLine();
            assertThat(rest == null || !rest.contains("BAD")).isTrue();
        } catch (SocketException e) {
            assertThat(e).as("a reset ends the connection too").hasMessageContaining("reset");
        }
        try (ImapConnection mail = client(port).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
        }
    }

    @Test
    void port_993_is_implicit_tls_and_others_are_not() {
        assertThat(ImapClient.to("localhost", 993).connection().state()).isEqualTo(State.HANDSHAKING);
        assertThat(ImapClient.to("localhost", 143).connection().state()).isEqualTo(State.PLAINTEXT);
    }

    private int listen(TlsPolicy policy) throws IOException {
        return loop.listen(server(policy));
    }

    private ImapServer server(TlsPolicy policy) {
        return ImapServer.named("mail.example.org", login)
                .capabilities(login.capabilities())
                .policy(policy)
                .sslContext(ImapFixture.SERVER_CONTEXT);
    }

    private static ImapClient client(int port) {
        return ImapClient.to("localhost", port).sslContext(ImapFixture.CLIENT_CONTEXT);
    }

    private static void write(ImapConnection mail, String text) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (octets.hasRemaining()) {
            mail.channel().write(octets);
        }
    }
}
