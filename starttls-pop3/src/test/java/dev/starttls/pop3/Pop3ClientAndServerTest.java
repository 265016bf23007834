package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over sockets, the server on a loop. */
@Timeout(60)
class Pop3ClientAndServerTest {

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @ParameterizedTest
    @CsvSource({"NEVER, 5", "ALWAYS, 4"})
    void a_client_upgrades_and_reads_mail_inside_tls(DirectUpgrade direct, int roundTrips) throws Exception {
        int port = listen(server());
        try (Pop3Connection mail = client(port).direct(direct).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.report().roundTrips()).isEqualTo(roundTrips);
            assertThat(mail.capabilities().has("STLS")).isFalse();
            assertThat(mail.capabilities().has("USER")).isTrue();
            assertThat(mail.timestamp()).isEmpty();
            assertThat(readMail(mail)).containsExactly("Subject: first", "", "hello", ".", "..dots");
        }
    }

    @Test
    void a_client_upgrades_on_a_loop() throws Exception {
        try (Pop3Connection mail = client(listen(server())).connect(loop.loop()).get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
        }
    }

    @Test
    void implicit_tls_is_spoken_from_the_first_octet() throws Exception {
        int port = listen(server().policy(TlsPolicy.IMPLICIT));
        try (Pop3Connection mail =
                client(port).policy(TlsPolicy.IMPLICIT).connect(loop.loop()).get(30, TimeUnit.SECONDS)) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.capabilities().has("STLS")).isFalse();
        }
    }

    @Test
    void a_server_without_tls_is_refused_under_required() throws Exception {
        int port = listen(server().policy(TlsPolicy.DISABLED));
        assertThatThrownBy(() -> client(port).connect())
                .isInstanceOfSatisfying(
                        UpgradeException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.NOT_OFFERED));
        assertThatThrownBy(() -> client(port)
                        .direct(DirectUpgrade.ALWAYS)
                        .connect(loop.loop())
                        .get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(UpgradeException.class, e -> {
                    assertThat(e.reason()).isEqualTo(FailureReason.NOT_OFFERED);
                    assertThat(e.phase()).isEqualTo(Phase.CAPABILITY);
                });
    }

    @Test
    void a_login_in_plaintext_can_be_allowed() throws Exception {
        int port = listen(server().policy(TlsPolicy.OPPORTUNISTIC).plaintextLogin(PlaintextLogin.ALLOWED));
        try (Pop3Connection mail = client(port).policy(TlsPolicy.DISABLED).connect()) {
            assertThat(mail.report().encrypted()).isFalse();
            assertThat(readMail(mail)).hasSize(5);
        }
    }

    @Test
    void a_server_serves_a_connection_on_a_thread_too() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try {
                    SocketChannel accepted = listening.accept();
                    server().serve(accepted);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (Pop3Connection mail = client(listening.socket().getLocalPort()).connect()) {
                assertThat(readMail(mail)).hasSize(5);
            }
            served.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void port_995_is_implicit_tls_and_any_other_is_required() {
        assertThat(Pop3Client.to("localhost", 995).connection().report().policy())
                .isEqualTo(TlsPolicy.IMPLICIT);
        assertThat(Pop3Client.to("localhost", 110).connection().report().policy())
                .isEqualTo(TlsPolicy.REQUIRED);
    }

    private static Pop3Client client(int port) {
        return Pop3Client.to("localhost", port).sslContext(Pop3Fixture.CLIENT_CONTEXT);
    }

    private static Pop3Server server() {
        Pop3Maildrop maildrop = Pop3Fixture.maildrop(Pop3Fixture.mailbox());
        return Pop3Server.named("pop.example.org", maildrop)
                .capabilities(maildrop.capabilities())
                .sslContext(Pop3Fixture.SERVER_CONTEXT);
    }

    private int listen(Pop3Server server) throws IOException {
        return loop.listen(server);
    }

    private static List<String> readMail(Pop3Connection mail) throws IOException {
        Pop3Responses responses = Pop3Responses.over(mail.channel());
        for (String command : List.of("USER mary", "PASS secret", "RETR 1")) {
            say(mail, command);
            assertThat(responses.next().positive()).isTrue();
        }
        List<String> lines = responses.lines();
        say(mail, "QUIT");
        assertThat(responses.next()).isEqualTo(Pop3Reply.ok("Bye"));
        assertThatThrownBy(responses::next).isInstanceOf(EOFException.class);
        return lines;
    }

    private static void say(Pop3Connection mail, String command) throws IOException {
        mail.channel().write(ByteBuffer.wrap((command + "\r\n").getBytes(StandardCharsets.US_ASCII)));
    }
}
