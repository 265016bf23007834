package dev.starttls.conformance.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ConversationTest {
    private static final Authority AUTHORITY = Authority.create();
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Transcript transcript = new Transcript();

    /** What the server does with its one connection. */
    @FunctionalInterface
    private interface Server {
        void serve(Socket socket) throws IOException;
    }

    /** What the test does with the conversation. */
    @FunctionalInterface
    private interface Client {
        void talk(Conversation conversation) throws IOException;
    }

    private void between(Server server, Client client) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket socket = listener.accept()) {
                    server.serve(socket);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Target target = new Target(Scheme.SMTP, "localhost", listener.getLocalPort());
            try (Conversation conversation = Conversation.open(target, transcript, 1, LONG)) {
                client.talk(conversation);
            }
            served.join();
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void untilClosed(Socket socket) throws IOException {
        socket.getInputStream().readAllBytes();
    }

    private static SSLSocket tls(Socket socket) throws IOException {
        SSLSocket tls = (SSLSocket) AUTHORITY
                .serverContext("localhost")
                .getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), false);
        tls.setUseClientMode(false);
        return tls;
    }

    private static TlsOffer offer() {
        return TlsOffer.of(Optional.of("localhost"));
    }

    private String recorded() {
        return transcript.entries().stream()
                .map(entry -> entry.from() + " " + entry.text())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void lines_come_one_by_one_and_a_bare_lf_is_reported() throws IOException {
        between(socket -> write(socket, "one\r\ntwo\nthree"), conversation -> {
            assertThat(conversation.readLine()).isEqualTo(new Received.Line("one", false));
            assertThat(conversation.readLine()).isEqualTo(new Received.Line("two", true));
            assertThat(conversation.readLine()).isEqualTo(new Received.Ended(ConnectionEnd.FIN, "", "three"));
        });
    }

    @Test
    void silence_leaves_the_beginning_of_a_line_to_be_read() throws IOException {
        between(
                socket -> {
                    write(socket, "o");
                    assertThat(socket.getInputStream().read()).isEqualTo('x');
                    write(socket, "ne\r\n");
                    untilClosed(socket);
                },
                conversation -> {
                    assertThat(conversation.readLine(SHORT)).isInstanceOf(Received.Silence.class);
                    conversation.sendRaw("x");
                    assertThat(conversation.readLine()).isEqualTo(new Received.Line("one", false));
                });
    }

    @Test
    void a_line_without_end_is_cut() throws IOException {
        between(
                socket -> {
                    write(socket, "x".repeat(50_000));
                    untilClosed(socket);
                },
                conversation -> assertThat(conversation.readLine()).isInstanceOf(Received.Overlong.class));
    }

    @Test
    void what_comes_after_the_go_ahead_is_overheard_and_spoils_the_handshake() throws IOException {
        between(
                socket -> {
                    write(socket, "220 go\r\n250 injected\r\n");
                    untilClosed(socket);
                },
                conversation -> {
                    conversation.readLine();
                    assertThat(conversation.overhear(LONG)).isEqualTo("250 injected\r\n");
                    HandshakeResult handshake = conversation.handshake(offer());
                    assertThat(handshake)
                            .isEqualTo(new HandshakeResult.Failed(
                                    HandshakeResult.Failure.NOT_TLS, "'250 injected\\r\\n'"));
                    assertThat(conversation.secure()).isFalse();
                });
        assertThat(recorded()).contains("SERVER 250 injected");
    }

    @Test
    void silence_after_the_go_ahead_is_overheard_as_nothing() throws IOException {
        between(ConversationTest::untilClosed, conversation -> assertThat(conversation.overhear(SHORT))
                .isEmpty());
    }

    @Test
    void lines_inside_tls_and_a_clean_end() throws IOException {
        between(
                socket -> {
                    SSLSocket tls = tls(socket);
                    byte[] line = tls.getInputStream().readNBytes(6);
                    assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("NOOP\r\n");
                    write(tls, "250 ok\r\n");
                    tls.close();
                },
                conversation -> {
                    HandshakeResult handshake = conversation.handshake(offer());
                    assertThat(handshake.done()).isTrue();
                    assertThat(((HandshakeResult.Done) handshake).chain()).hasSize(2);
                    conversation.sendOctetByOctet("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(conversation.readLine()).isEqualTo(new Received.Line("250 ok", false));
                    assertThat(conversation.readLine())
                            .isEqualTo(new Received.Ended(ConnectionEnd.CLOSE_NOTIFY, "", ""));
                });
        assertThat(transcript.entries())
                .anyMatch(entry -> entry.through() == Transcript.Through.TLS
                        && entry.text().equals("250 ok"));
    }

    @Test
    void an_end_without_close_notify_is_distinguished() throws IOException {
        between(
                socket -> {
                    SSLSocket tls = tls(socket);
                    tls.startHandshake();
                    assertThat(tls.getInputStream().read()).isEqualTo('x');
                    socket.shutdownOutput();
                    untilClosed(socket);
                },
                conversation -> {
                    assertThat(conversation.handshake(offer()).done()).isTrue();
                    conversation.sendRaw("x");
                    assertThat(conversation.readLine()).isEqualTo(new Received.Ended(ConnectionEnd.FIN, "", ""));
                });
    }

    @Test
    void plaintext_inside_tls_is_reported() throws IOException {
        between(
                socket -> {
                    speakInTheClear(socket);
                    untilClosed(socket);
                },
                conversation -> {
                    assertThat(conversation.handshake(offer()).done()).isTrue();
                    conversation.sendRaw("x");
                    assertToldInTheClear(conversation.readLine());
                });
    }

    @Test
    void plaintext_that_comes_in_one_piece_with_a_record_is_reported_too() throws IOException {
        CompletableFuture<Void> said = new CompletableFuture<>();
        between(
                socket -> {
                    speakInTheClear(socket);
                    said.complete(null);
                    untilClosed(socket);
                },
                conversation -> {
                    assertThat(conversation.handshake(offer()).done()).isTrue();
                    conversation.sendRaw("x");
                    // The server's tickets wait as well by then.
                    said.orTimeout(30, TimeUnit.SECONDS).join();
                    assertToldInTheClear(conversation.readLine());
                });
    }

    private static void speakInTheClear(Socket socket) throws IOException {
        SSLSocket tls = tls(socket);
        tls.startHandshake();
        assertThat(tls.getInputStream().read()).isEqualTo('x');
        write(socket, "250 in the clear\r\n");
    }

    private static void assertToldInTheClear(Received received) {
        assertThat(received).isInstanceOf(Received.Ended.class);
        assertThat(((Received.Ended) received).ending()).isEqualTo(ConnectionEnd.NOT_TLS);
        assertThat(received.description()).contains("250 in the clear");
    }

    @Test
    void a_handshake_is_aborted_with_an_alert() throws IOException {
        CompletableFuture<String> heard = new CompletableFuture<>();
        between(
                socket -> {
                    try {
                        tls(socket).startHandshake();
                        heard.complete("no alert");
                    } catch (IOException e) {
                        heard.complete(e.getMessage());
                    }
                },
                conversation -> {
                    HandshakeResult handshake = conversation.handshake(offer().aborting());
                    assertThat(handshake).isInstanceOf(HandshakeResult.Failed.class);
                    assertThat(((HandshakeResult.Failed) handshake).failure())
                            .isEqualTo(HandshakeResult.Failure.OWN_ALERT);
                    // The connection stays until then: a server that still writes would hear of its end first.
                    assertThat(heard.join()).contains("certificate_unknown");
                });
    }

    @Test
    void an_alert_of_the_server_is_named() throws IOException {
        between(
                socket -> {
                    write(socket, "\u0015\u0003\u0003\u0000\u0002\u0002(");
                    untilClosed(socket);
                },
                conversation -> {
                    HandshakeResult handshake = conversation.handshake(offer());
                    assertThat(handshake)
                            .isEqualTo(new HandshakeResult.Failed(
                                    HandshakeResult.Failure.PEER_ALERT, "handshake_failure"));
                });
    }

    @Test
    void all_that_comes_after_a_failed_handshake_is_heard_out_alerts_apart_from_lines() throws IOException {
        between(socket -> write(socket, "\u0015\u0003\u0003\u0000\u0002\u0002(454 no\r\n221 bye\r\n"), conversation -> {
            DrainedInput heard = conversation.drain();
            assertThat(heard.alert()).contains("alert 40 (fatal)");
            assertThat(heard.lines()).containsExactly("454 no", "221 bye");
            assertThat(heard.ended()).isTrue();
        });
    }

    @Test
    void a_secret_is_sent_and_not_recorded() throws IOException {
        CompletableFuture<String> heard = new CompletableFuture<>();
        between(
                socket -> heard.complete(new String(socket.getInputStream().readNBytes(8), StandardCharsets.US_ASCII)),
                conversation -> {
                    conversation.sendSecret("hunter2\n".getBytes(StandardCharsets.US_ASCII), "PASS ...");
                    assertThat(heard.join()).isEqualTo("hunter2\n");
                });
        assertThat(recorded()).contains("CLIENT PASS ...").doesNotContain("hunter2");
    }

    @Test
    void an_abandoned_conversation_says_so() throws IOException {
        between(ConversationTest::untilClosed, conversation -> {
            conversation.abandon();
            Received received = conversation.readLine();
            assertThat(received).isInstanceOf(Received.Ended.class);
            assertThat(((Received.Ended) received).ending()).isEqualTo(ConnectionEnd.GIVEN_UP);
        });
    }
}
