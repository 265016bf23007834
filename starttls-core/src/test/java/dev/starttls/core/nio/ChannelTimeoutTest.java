package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads and writes of a session that wait no longer than was set, whatever the peer does. */
@Timeout(120)
class ChannelTimeoutTest {

    private static final Duration SHORT = Duration.ofMillis(50);
    /** More than the buffers of both sides hold, so that a write of it waits for the peer. */
    private static final int MUCH = 4 << 20;

    /** What the channels cross. */
    enum Sockets {
        TCP,
        UNIX;

        Loopback open(Path folder) throws IOException {
            if (this == TCP) {
                return Loopback.open();
            }
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
            try (ServerSocketChannel listening =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
                SocketChannel client = SocketChannel.open(address);
                return new Loopback(client, listening.accept());
            }
        }
    }

    @TempDir
    private Path folder;

    private Loopback sockets;
    private StartTlsChannel client;
    private StartTlsChannel server;

    @AfterEach
    void close() throws Exception {
        if (sockets != null) {
            sockets.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_read_gives_up_when_its_time_is_over_and_the_next_one_reads_on(Sockets kind) throws Exception {
        upgrade(kind);
        client.readTimeout(SHORT);

        long began = System.nanoTime();
        assertThatThrownBy(() -> client.read(ByteBuffer.allocate(10)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("within 50 ms")
                .hasMessageContaining("read again");
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SHORT.toNanos());

        assertThat(sockets.client().isBlocking()).isTrue();
        assertThat(client.isOpen()).isTrue();
        assertThat(client.holdsBuffers()).isFalse();
        client.readTimeout(Duration.ofMinutes(1));
        server.write(Octets.of("abc"));
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
        exchange();
    }

    @ParameterizedTest
    @EnumSource
    void a_record_that_comes_in_pieces_has_no_more_time_and_is_whole_at_the_next_read(Sockets kind) throws Exception {
        Held held = new Held();
        upgrade(kind, channel -> held.over(channel));
        client.readTimeout(SHORT);
        held.holding = true;
        server.write(Octets.of("abc"));
        held.deliver(7);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(10))).isInstanceOf(SocketTimeoutException.class);
            held.deliver(1);
        }
        held.deliver(held.octets.length - 10);
        client.readTimeout(Duration.ZERO);
        assertThat(client.readTimeout()).isZero();
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
    }

    @ParameterizedTest
    @EnumSource
    void a_write_gives_up_when_the_peer_does_not_read_and_a_flush_goes_on_where_it_stopped(Sockets kind)
            throws Exception {
        upgrade(kind);
        client.writeTimeout(SHORT);
        byte[] all = Octets.random(MUCH, 1);
        ByteBuffer source = ByteBuffer.wrap(all);

        long began = System.nanoTime();
        assertThatThrownBy(() -> client.write(source))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("within 50 ms")
                .hasMessageContaining("flush");
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SHORT.toNanos());
        assertThat(source.hasRemaining()).isTrue();

        client.writeTimeout(Duration.ofMinutes(1));
        CompletableFuture<Void> reader =
                Pair.run(() -> assertThat(Octets.read(server, MUCH)).isEqualTo(all));
        assertThat(client.flush()).isTrue();
        Octets.writeAll(client, source);
        reader.get(60, TimeUnit.SECONDS);
        assertThat(sockets.client().isBlocking()).isTrue();
        exchange();
    }

    @ParameterizedTest
    @EnumSource
    void a_write_has_its_limit_while_another_thread_waits_in_a_read(Sockets kind) throws Exception {
        upgrade(kind);
        client.writeTimeout(SHORT);
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Void> reader = Pair.run(() -> {
            reading.countDown();
            assertThat(Octets.text(client, 3)).isEqualTo("abc");
        });
        reading.await();
        ByteBuffer source = ByteBuffer.wrap(Octets.random(MUCH, 2));
        assertThatThrownBy(() -> client.write(source)).isInstanceOf(SocketTimeoutException.class);
        assertThat(reader).isNotDone();
        server.write(Octets.of("abc"));
        reader.get(60, TimeUnit.SECONDS);
        assertThat(sockets.client().isBlocking()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void a_read_has_its_limit_while_another_thread_waits_in_a_write_that_has_none(Sockets kind) throws Exception {
        upgrade(kind);
        client.readTimeout(SHORT);
        byte[] all = Octets.random(MUCH, 3);
        CompletableFuture<Void> writer = Pair.run(() -> client.write(ByteBuffer.wrap(all)));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(10))).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(writer).isNotDone();
        assertThat(Octets.read(server, MUCH)).isEqualTo(all);
        writer.get(60, TimeUnit.SECONDS);
        assertThat(sockets.client().isBlocking()).isTrue();
        client.readTimeout(Duration.ZERO);
        exchange();
    }

    @ParameterizedTest
    @EnumSource
    void both_directions_have_long_limits_and_lose_nothing(Sockets kind) throws Exception {
        upgrade(kind);
        for (StartTlsChannel channel : new StartTlsChannel[] {client, server}) {
            channel.readTimeout(Duration.ofMinutes(1)).writeTimeout(Duration.ofMinutes(1));
        }
        byte[] there = Octets.random(3_000_000, 4);
        byte[] back = Octets.random(3_000_000, 5);
        CompletableFuture<Void> clientWrites = Pair.run(() -> Octets.writeAll(client, ByteBuffer.wrap(there)));
        CompletableFuture<Void> serverWrites = Pair.run(() -> Octets.writeAll(server, ByteBuffer.wrap(back)));
        CompletableFuture<Void> serverReads =
                Pair.run(() -> assertThat(Octets.read(server, there.length)).isEqualTo(there));
        assertThat(Octets.read(client, back.length)).isEqualTo(back);
        CompletableFuture.allOf(clientWrites, serverWrites, serverReads).get(60, TimeUnit.SECONDS);
        assertThat(sockets.client().isBlocking()).isTrue();
        assertThat(sockets.server().isBlocking()).isTrue();
        exchange();
    }

    @ParameterizedTest
    @EnumSource
    void a_close_ends_a_read_that_has_a_limit(Sockets kind) throws Exception {
        upgrade(kind);
        client.readTimeout(Duration.ofMinutes(10)).writeTimeout(Duration.ofMinutes(10));
        CompletableFuture<Void> reading = Pair.run(() -> client.read(ByteBuffer.allocate(10)));
        client.close();
        // Of a thread that is blocked already, or one that comes later.
        assertThat(RunningLoop.thrown(reading)).isInstanceOf(ClosedChannelException.class);
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_a_read_that_has_a_limit(Sockets kind) throws Exception {
        upgrade(kind);
        client.readTimeout(Duration.ofMinutes(10)).writeTimeout(Duration.ofMinutes(10));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> client.read(ByteBuffer.allocate(10))).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void a_wait_that_is_ended_by_a_close_says_so() throws Exception {
        sockets = Sockets.UNIX.open(folder);
        SocketChannel socket = sockets.client();
        TimedChannel timed = new TimedChannel(socket);
        Iterator<Pair.Work> tries = List.<Pair.Work>of(() -> {}, socket::close).iterator();
        assertThatThrownBy(() -> timed.within(
                        socket, SelectionKey.OP_WRITE, Duration.ofMinutes(1).toNanos(), () -> {
                            runUnchecked(tries.next());
                            int unused = socket.write(ByteBuffer.allocate(1));
                            return Optional.empty();
                        }))
                .isInstanceOf(AsynchronousCloseException.class);
        assertThat(timed.blocking()).isFalse();
    }

    private static void runUnchecked(Pair.Work work) {
        assertThatCode(work::run).doesNotThrowAnyException();
    }

    @Test
    void a_transport_whose_waits_nothing_can_end_has_no_limit() throws Exception {
        upgrade(Sockets.TCP, UnaryOperator.identity(), RecordingChannel::new);
        assertThatThrownBy(() -> client.readTimeout(SHORT))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("SocketChannel")
                .hasMessageContaining("RecordingChannel");
        assertThatThrownBy(() -> client.writeTimeout(SHORT)).isInstanceOf(UnsupportedOperationException.class);
        client.readTimeout(Duration.ZERO).writeTimeout(Duration.ZERO);
        exchange();
    }

    @Test
    void times_are_checked_and_given_back() throws Exception {
        upgrade(Sockets.TCP);
        assertThatThrownBy(() -> client.readTimeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.writeTimeout(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("writeTimeout");
        client.readTimeout(SHORT).writeTimeout(Duration.ofDays(1_000_000));
        assertThat(client.readTimeout()).isEqualTo(SHORT);
        assertThat(client.writeTimeout()).isPositive();
    }

    @Test
    void a_non_blocking_channel_does_not_wait() throws Exception {
        upgrade(Sockets.TCP);
        client.readTimeout(SHORT).writeTimeout(SHORT);
        sockets.client().configureBlocking(false);
        assertThat(client.read(ByteBuffer.allocate(10))).isZero();
        while (client.write(ByteBuffer.wrap(Octets.random(100_000, 6))) > 0) {
            // Until the peer's buffers are full.
        }
        // Whatever the kernel takes meanwhile.
        boolean unused = client.flush();
        assertThat(sockets.client().isBlocking()).isFalse();
    }

    private void upgrade(Sockets kind) throws Exception {
        upgrade(kind, UnaryOperator.identity());
    }

    private void upgrade(Sockets kind, UnaryOperator<ByteChannel> serverSide) throws Exception {
        upgrade(kind, serverSide, UnaryOperator.identity());
    }

    private void upgrade(Sockets kind, UnaryOperator<ByteChannel> serverSide, UnaryOperator<ByteChannel> clientSide)
            throws Exception {
        sockets = kind.open(folder);
        for (SocketChannel socket : List.of(sockets.client(), sockets.server())) {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, 64 * 1_024);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 64 * 1_024);
        }
        client = StartTlsChannel.over(clientSide.apply(sockets.client()), Pair.clientConnection(Pair.clientSettings()));
        server = StartTlsChannel.over(serverSide.apply(sockets.server()), Pair.serverConnection(Pair.serverSettings()));
        CompletableFuture<Void> served = Pair.run(server::upgrade);
        client.upgrade();
        served.get(30, TimeUnit.SECONDS);
        // The tickets of TLS 1.3 are no application data, and are out of the way here.
        server.write(Octets.of("x"));
        assertThat(Octets.text(client, 1)).isEqualTo("x");
    }

    private void exchange() throws IOException {
        client.write(Octets.of("ping"));
        assertThat(Octets.text(server, 4)).isEqualTo("ping");
        server.write(Octets.of("pong"));
        assertThat(Octets.text(client, 4)).isEqualTo("pong");
    }

    /** Keeps what is written, and delivers it in pieces. */
    private static final class Held {

        private ByteChannel channel;
        private boolean holding;
        private byte[] octets = {};
        private int delivered;

        ByteChannel over(ByteChannel other) {
            channel = other;
            return new RecordingChannel(other) {
                @Override
                public int write(ByteBuffer src) throws IOException {
                    if (!holding) {
                        return super.write(src);
                    }
                    int count = src.remaining();
                    int before = octets.length;
                    octets = Arrays.copyOf(octets, before + count);
                    src.get(octets, before, count);
                    return count;
                }
            };
        }

        void deliver(int count) throws IOException {
            Octets.writeAll(channel, ByteBuffer.wrap(octets, delivered, count));
            delivered += count;
        }
    }
}
