package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.stubbing.Answer;

/** A peer that asks for new keys (RFC 8446 section 4.6.3) is answered, and no thread waits for it to take the answer. */
@Timeout(60)
class ChannelKeyUpdateTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** At most 32 may come between data, whichever side has asked (TlsPump); an engine holds the answers to 16. */
    private static final int MANY = 30;

    private static final int OFTEN = 8;
    /**
     * How often in a row the system takes nothing when it is full: it may take more a moment later. Of too few of them a test
     * would show less, and pass all the same.
     */
    private static final int REFUSALS = 10_000;
    /** The least octets of a KeyUpdate in a record of TLS 1.3, without padding: header, message, content type, tag. */
    private static final int ANSWER = 5 + 5 + 1 + 16;

    private final ConcurrentLinkedQueue<SSLEngine> clientEngines = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<SSLEngine> serverEngines = new ConcurrentLinkedQueue<>();
    private Loopback sockets;
    private Overlapped recording;
    private StartTlsChannel client;
    private StartTlsChannel server;
    /** What happens while the client's next write is under way. */
    private Pair.Work during = () -> {};
    /** What happens when the client's engine has been asked next what it wants. */
    private Pair.Work whenAsked = () -> {};

    @BeforeEach
    void connect() throws Exception {
        sockets = Loopback.open();
        for (SocketChannel socket : new SocketChannel[] {sockets.client(), sockets.server()}) {
            // Soon filled, and more than the small segments of all requests and answers take.
            socket.setOption(StandardSocketOptions.SO_SNDBUF, 256 * 1_024);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 256 * 1_024);
        }
    }

    @AfterEach
    void close() throws Exception {
        sockets.close();
    }

    @Test
    void a_side_that_only_reads_answers() throws Exception {
        upgradeOverSockets();
        for (int i = 0; i < MANY; i++) {
            askForNewKeys();
            server.write(Octets.of("x"));
            assertThat(Octets.text(client, 1)).isEqualTo("x");
            assertThat(client.holdsBuffers()).isFalse();
        }
        exchange();
        askForNewKeys();
        server.write(Octets.of("x"));
        assertThat(Octets.text(client, 1)).isEqualTo("x");
        assertThat(Octets.read(sockets.server(), ANSWER)).hasSize(ANSWER);
    }

    @Test
    void where_writes_cannot_be_timed_answers_leave_with_the_next_write() throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        for (int i = 0; i < MANY; i++) {
            askForNewKeys();
            server.write(Octets.of("x"));
            assertThat(Octets.text(client, 1)).isEqualTo("x");
        }
        assertThat(recording.writes()).hasSize(before);
        assertThat(client.flush()).isTrue();
        assertThat(recordsFrom(before)).isEqualTo(MANY);
        assertThat(client.holdsBuffers()).isFalse();
        exchange();
    }

    @Test
    void a_side_that_only_writes_goes_on_writing() throws Exception {
        upgradeOverRecording();
        askForNewKeys();
        CompletableFuture<Void> writer =
                Pair.run(() -> Octets.writeAll(client, ByteBuffer.wrap(Octets.random(500_000, 20))));
        assertThat(Octets.read(server, 500_000)).isEqualTo(Octets.random(500_000, 20));
        writer.get(30, TimeUnit.SECONDS);
        exchange();
    }

    @Test
    void many_requests_in_a_row_without_any_data_are_answered() throws Exception {
        upgradeOverSockets();
        askForNewKeys(MANY);
        server.write(Octets.of("abc"));
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        exchange();
    }

    @Test
    void a_non_blocking_side_answers_and_reads_on() throws Exception {
        upgradeOverSockets();
        sockets.client().configureBlocking(false);
        askForNewKeys(MANY);
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
    void a_non_blocking_side_that_has_no_room_for_answers_reads_on() throws Exception {
        upgradeOverSockets();
        int sent = fill(client, sockets.client());
        sockets.client().configureBlocking(false);
        askForNewKeys(MANY);
        server.write(Octets.of("abc"));
        ByteBuffer target = ByteBuffer.allocate(10);
        while (target.position() < 3) {
            client.read(target);
        }
        sockets.client().configureBlocking(true);
        deliver(client, sent, server);
        exchange();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void two_sides_that_ask_more_often_than_there_is_room_for_the_answers_both_read_on(boolean timed) throws Exception {
        UnaryOperator<ByteChannel> transport = timed ? UnaryOperator.identity() : RecordingChannel::new;
        upgrade(transport, transport);
        for (int i = 0; i < MANY; i++) {
            clientEngines.element().beginHandshake();
            assertThat(client.flush()).isTrue();
        }
        askForNewKeys(MANY);
        client.write(Octets.of("abc"));
        server.write(Octets.of("abc"));
        int there = fill(client, sockets.client());
        int back = fill(server, sockets.server());
        CompletableFuture<Void> serverReads = reading(server);
        reading(client).get(30, TimeUnit.SECONDS);
        serverReads.get(30, TimeUnit.SECONDS);
        CompletableFuture<Void> delivered = Pair.run(() -> deliver(client, there, server));
        deliver(server, back, client);
        delivered.get(30, TimeUnit.SECONDS);
        exchange();
    }

    @Test
    void a_reader_is_not_kept_waiting_by_a_blocked_writer_however_often_it_has_to_answer() throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        during = () -> {
            askForNewKeys(MANY);
            server.write(Octets.of("abc"));
            reading(client).get(30, TimeUnit.SECONDS);
        };
        client.write(Octets.of("data"));
        assertThat(recordsFrom(before)).as("the data and the answers").isEqualTo(1 + MANY);
        assertThat(Octets.text(server, 4)).isEqualTo("data");
        assertThat(client.holdsBuffers()).isFalse();
        exchange();
    }

    @Test
    void a_reader_that_may_keep_no_more_answers_waits_for_the_blocked_writer_and_reads_on() throws Exception {
        upgradeOverRecording();
        FutureTask<String> read = new FutureTask<>(() -> Octets.text(client, 3));
        during = () -> {
            askForNewKeys(MANY);
            server.write(Octets.of("abc"));
            reading(client).get(30, TimeUnit.SECONDS);
            askForNewKeys(10);
            server.write(Octets.of("def"));
            Thread reader = new Thread(read);
            reader.start();
            while (reader.getState() != Thread.State.TIMED_WAITING) {
                assertThat(reader.isAlive()).isTrue();
            }
        };
        client.write(Octets.of("data"));
        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("def");
        assertThat(Octets.text(server, 4)).isEqualTo("data");
    }

    @Test
    void what_a_peer_has_sent_before_it_closed_is_read_though_it_takes_no_answer() throws Exception {
        upgradeOverSockets();
        for (int i = 0; i < OFTEN; i++) {
            askForNewKeys();
            server.write(Octets.of("abc"));
        }
        server.shutdownOutput();
        sockets.server().close();
        assertThat(Octets.text(client, 3 * OFTEN)).isEqualTo("abc".repeat(OFTEN));
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void an_answer_that_a_reader_leaves_to_a_blocked_writer_follows_its_data() throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        during = this::askAndRead;
        client.write(Octets.of("data"));
        assertThat(recording.writes()).hasSize(before + 2);
        assertThat(Octets.text(server, 4)).isEqualTo("data");
        exchange();
    }

    @Test
    void an_answer_that_comes_up_while_another_leaves_is_sent_by_the_same_call() throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        during = () -> {
            askAndRead();
            during = this::askAndRead;
        };
        client.write(Octets.of("data"));
        assertThat(recording.writes()).hasSize(before + 3);
        assertThat(Octets.text(server, 4)).isEqualTo("data");
        exchange();
    }

    @Test
    void an_answer_that_comes_up_after_the_writer_has_asked_for_the_last_time_is_sent_by_the_same_call()
            throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        whenAsked = this::askAndRead;
        client.write(Octets.of("data"));
        assertThat(recording.writes()).hasSize(before + 2);
        assertThat(Octets.text(server, 4)).isEqualTo("data");
        exchange();
    }

    @Test
    void an_alert_that_comes_up_after_the_writer_has_asked_for_the_last_time_is_sent_by_the_same_call()
            throws Exception {
        upgradeOverRecording();
        int before = recording.writes().size();
        whenAsked = () -> {
            Octets.writeAll(sockets.server(), Octets.of("not a record"));
            assertThatThrownBy(() -> reading(client).get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SSLException.class);
        };
        client.write(Octets.of("data"));
        assertThat(recording.writes()).hasSize(before + 2);
    }

    @Test
    void a_reader_whose_session_fails_does_not_wait_for_the_peer_to_take_the_alert() throws Exception {
        upgradeOverSockets();
        int unused = fill(client, sockets.client());
        Octets.writeAll(sockets.server(), Octets.of("not a record"));
        assertThatThrownBy(() -> reading(client).get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void new_keys_that_the_application_asks_for_leave_with_the_next_write() throws Exception {
        upgradeOverSockets();
        serverEngines.element().beginHandshake();
        server.write(Octets.of("abc"));
        assertThat(serverEngines.element().getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        assertThat(Octets.read(sockets.server(), ANSWER)).hasSize(ANSWER);
    }

    private void upgradeOverSockets() throws Exception {
        upgrade(UnaryOperator.identity(), UnaryOperator.identity());
    }

    private void upgradeOverRecording() throws Exception {
        upgrade(socket -> recording = new Overlapped(socket), UnaryOperator.identity());
    }

    private void upgrade(UnaryOperator<ByteChannel> clientSide, UnaryOperator<ByteChannel> serverSide)
            throws Exception {
        EngineSource clients = engines(CERTIFICATES.client(), engine -> {
            clientEngines.add(engine);
            return watched(engine);
        });
        EngineSource servers =
                engines(CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC)), engine -> {
                    serverEngines.add(engine);
                    return engine;
                });
        client = StartTlsChannel.over(
                clientSide.apply(sockets.client()),
                Pair.clientConnection(Pair.clientSettings()
                        .withTls(TlsSettings.builder().engines(clients).build())));
        server = StartTlsChannel.over(
                serverSide.apply(sockets.server()),
                Pair.serverConnection(Pair.serverSettings()
                        .withTls(TlsSettings.builder().engines(servers).build())));
        CompletableFuture<Void> served = Pair.run(server::upgrade);
        client.upgrade();
        served.get(30, TimeUnit.SECONDS);
    }

    private static EngineSource engines(SSLContext context, Function<SSLEngine, SSLEngine> made) {
        return (host, port) -> made.apply(context.createSSLEngine(host, port));
    }

    /** Does as the engine does, and something else once it was asked what it wants. */
    private SSLEngine watched(SSLEngine engine) {
        Answer<Object> delegate = delegatesTo(engine);
        return mock(SSLEngine.class, withSettings().stubOnly().defaultAnswer(call -> {
            Object answer = delegate.answer(call);
            if (call.getMethod().getName().equals("getHandshakeStatus") && client != null && client.isSecure()) {
                Pair.Work now = whenAsked;
                whenAsked = () -> {};
                now.run();
            }
            return answer;
        }));
    }

    private void askForNewKeys() throws Exception {
        askForNewKeys(1);
    }

    private void askForNewKeys(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            serverEngines.element().beginHandshake();
            assertThat(server.flush()).isTrue();
        }
    }

    private void askAndRead() throws Exception {
        askForNewKeys();
        server.write(Octets.of("abc"));
        reading(client).get(30, TimeUnit.SECONDS);
    }

    private static CompletableFuture<Void> reading(StartTlsChannel channel) {
        return Pair.run(() -> assertThat(Octets.text(channel, 3)).isEqualTo("abc"));
    }

    /** Writes until there is no room, in the transport and before it. Returns how many octets that were. */
    private static int fill(StartTlsChannel channel, SocketChannel socket) throws IOException {
        socket.configureBlocking(false);
        int count = 0;
        int refused = 0;
        ByteBuffer zeros = ByteBuffer.allocate(16_384);
        while (refused < REFUSALS) {
            int taken = channel.write(zeros.clear());
            count += taken;
            refused = taken == 0 ? refused + 1 : 0;
        }
        socket.configureBlocking(true);
        return count;
    }

    /** Has what has waited for room leave, and read. */
    private static void deliver(StartTlsChannel from, int count, StartTlsChannel to) throws Exception {
        CompletableFuture<Void> written =
                Pair.run(() -> assertThat(from.flush()).isTrue());
        assertThat(Octets.read(to, count)).hasSize(count).containsOnly(0);
        written.get(30, TimeUnit.SECONDS);
    }

    private void exchange() throws Exception {
        client.write(Octets.of("there"));
        assertThat(Octets.text(server, 5)).isEqualTo("there");
        server.write(Octets.of("and back"));
        assertThat(Octets.text(client, 8)).isEqualTo("and back");
    }

    /** How many records the client has written, in its writes from this one on. */
    private int recordsFrom(int first) {
        int records = 0;
        for (byte[] written :
                recording.writes().subList(first, recording.writes().size())) {
            ByteBuffer rest = ByteBuffer.wrap(written);
            while (rest.hasRemaining()) {
                rest.position(rest.position() + 5 + rest.getShort(rest.position() + 3));
                records++;
            }
        }
        return records;
    }

    /** Something happens while a write is under way, as if the peer were slow to take it. */
    private final class Overlapped extends RecordingChannel {

        Overlapped(ByteChannel channel) {
            super(channel);
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
            return super.write(src);
        }
    }
}
