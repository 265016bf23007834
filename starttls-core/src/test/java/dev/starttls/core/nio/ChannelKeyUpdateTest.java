package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that asks for new keys (RFC 8446 section 4.6.3) is answered by whoever is there. */
@Timeout(60)
class ChannelKeyUpdateTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** No more may come between data, whichever side has asked (TlsPump). */
    private static final int MANY = 30;

    private final ConcurrentLinkedQueue<SSLEngine> engines = new ConcurrentLinkedQueue<>();
    private Loopback sockets;
    private RecordingChannel recording;
    private StartTlsChannel client;
    private StartTlsChannel server;
    /** What happens while the client's next write is under way. */
    private Pair.Work during = () -> {};

    @BeforeEach
    void upgrade() throws Exception {
        SSLContext context = CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
        sockets = Loopback.open();
        recording = new RecordingChannel(sockets.client());
        client = StartTlsChannel.over(new Overlapped(recording), Pair.clientConnection(Pair.clientSettings()));
        server = StartTlsChannel.over(
                sockets.server(),
                Pair.serverConnection(Pair.serverSettings()
                        .withTls(TlsSettings.builder()
                                .engines((host, port) -> {
                                    SSLEngine engine = context.createSSLEngine(host, port);
                                    engines.add(engine);
                                    return engine;
                                })
                                .build())));
        CompletableFuture<Void> served = Pair.run(server::upgrade);
        client.upgrade();
        served.get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        sockets.close();
    }

    @Test
    void a_side_that_only_reads_answers() throws Exception {
        int before = recording.writes().size();
        askForNewKeys();
        server.write(Octets.of("abc"));
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        assertThat(recording.writes()).hasSize(before + 1);
        assertThat(client.holdsBuffers()).isFalse();
        for (int i = 0; i < MANY; i++) {
            askForNewKeys();
            server.write(Octets.of("x"));
            assertThat(Octets.text(client, 1)).isEqualTo("x");
        }
        exchange();
    }

    @Test
    void a_side_that_only_writes_goes_on_writing() throws Exception {
        askForNewKeys();
        CompletableFuture<Void> writer =
                Pair.run(() -> Octets.writeAll(client, ByteBuffer.wrap(Octets.random(500_000, 20))));
        assertThat(Octets.read(server, 500_000)).isEqualTo(Octets.random(500_000, 20));
        writer.get(30, TimeUnit.SECONDS);
        exchange();
    }

    @Test
    void many_requests_in_a_row_without_any_data_are_answered() throws Exception {
        for (int i = 0; i < MANY; i++) {
            askForNewKeys();
        }
        server.write(Octets.of("abc"));
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        exchange();
    }

    @Test
    void a_non_blocking_side_answers_and_reads_on() throws Exception {
        sockets.client().configureBlocking(false);
        for (int i = 0; i < MANY; i++) {
            askForNewKeys();
        }
        server.write(Octets.of("abc"));
        ByteBuffer target = ByteBuffer.allocate(10);
        while (target.position() < 3) {
            client.read(target);
            client.flush();
        }
        sockets.client().configureBlocking(true);
        exchange();
    }

    @Test
    void an_answer_that_a_reader_leaves_to_a_blocked_writer_follows_its_data() throws Exception {
        int before = recording.writes().size();
        during = () -> {
            askForNewKeys();
            server.write(Octets.of("abc"));
            Pair.run(() -> assertThat(Octets.text(client, 3)).isEqualTo("abc")).get(30, TimeUnit.SECONDS);
        };
        client.write(Octets.of("data"));
        assertThat(recording.writes()).hasSize(before + 2);
        assertThat(Octets.text(server, 4)).isEqualTo("data");
        exchange();
    }

    @Test
    void new_keys_that_the_application_asks_for_leave_with_the_next_write() throws Exception {
        engines.element().beginHandshake();
        server.write(Octets.of("abc"));
        assertThat(engines.element().getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        int before = recording.writes().size();
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        assertThat(recording.writes()).as("the answer").hasSize(before + 1);
        exchange();
    }

    private void askForNewKeys() throws Exception {
        engines.element().beginHandshake();
        assertThat(server.flush()).isTrue();
    }

    private void exchange() throws Exception {
        client.write(Octets.of("there"));
        assertThat(Octets.text(server, 5)).isEqualTo("there");
        server.write(Octets.of("and back"));
        assertThat(Octets.text(client, 8)).isEqualTo("and back");
    }

    /** Something happens while a write is under way, as if the peer were slow to take it. */
    private final class Overlapped implements ByteChannel {

        private final ByteChannel channel;

        Overlapped(ByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            return channel.read(dst);
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            Pair.Work now = during;
            during = () -> {};
            try {
                now.run();
            } catch (Exception e) {
                throw new IOException(e);
            }
            return channel.write(src);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
