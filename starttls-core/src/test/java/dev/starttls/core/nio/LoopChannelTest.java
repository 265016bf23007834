package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.LoopSessions.Session;
import dev.starttls.core.testing.WalkedSplits;
import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.WritePendingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing on a loop. */
@Timeout(120)
class LoopChannelTest {

    private static final String MESSAGE = "* 1 EXISTS\r\n";

    @Test
    void a_command_is_written_and_its_reply_read() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            LoopChannel client = LoopSessions.await(running.connect(server).thenCompose(running.loop()::adopt));
            LoopChannel served = LoopSessions.await(running.loop().adopt(running.handedOver()));
            ByteBuffer reply = ByteBuffer.allocate(100);
            CompletableFuture<Integer> replied =
                    client.write(Octets.of("a NOOP\r\n")).thenCompose(written -> client.read(reply));
            ByteBuffer command = ByteBuffer.allocate(100);
            LoopSessions.await(served.read(command).thenCompose(read -> served.write(command.flip())));
            assertThat(replied.get(30, TimeUnit.SECONDS)).isEqualTo(8);
            assertThat(new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII))
                    .isEqualTo("a NOOP\r\n");
            assertThat(client.isSecure()).isTrue();
            assertThat(client.report().encrypted()).isTrue();
            assertThat(client.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT)
                            .found())
                    .isPresent();
            assertThat(client.toString()).startsWith("LoopChannel[StartTlsChannel[tiny client");
        }
    }

    /** The peer's octets as the network brings them: a piece, and the rest once the loop has gone through that. */
    private static final class SplitChannel implements ByteChannel {

        private final ByteChannel channel;
        private final LoopSessions loop;
        private int split;

        SplitChannel(ByteChannel channel, LoopSessions loop) {
            this.channel = channel;
            this.loop = loop;
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            int count = src.remaining();
            int first = split > 0 ? split : count;
            for (int size = first; src.hasRemaining(); size = src.remaining()) {
                ByteBuffer piece = src.slice(src.position(), Math.min(size, src.remaining()));
                src.position(src.position() + piece.remaining());
                Octets.writeAll(channel, piece);
                if (split > 0) {
                    try {
                        loop.pass();
                    } catch (Exception e) {
                        throw new IOException(e);
                    }
                }
            }
            return count;
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            return channel.read(dst);
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

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2", LoopSessions.PLAINTEXT})
    void what_the_peer_says_is_read_wherever_it_is_split(String version) throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            SplitChannel[] split = new SplitChannel[1];
            Session session = loop.session(version, socket -> split[0] = new SplitChannel(socket, loop));
            assertThat(session.loop().isSecure()).isEqualTo(!version.equals(LoopSessions.PLAINTEXT));
            // The longest overhead of a record, explicit nonce and all.
            int record = MESSAGE.length() + 5 + 8 + 17;
            for (int at = 1; at <= record; at++) {
                CompletableFuture<byte[]> read = LoopSessions.readAll(session.loop(), MESSAGE.length());
                split[0].split = at;
                session.peer().write(Octets.of(MESSAGE));
                assertThat(new String(LoopSessions.await(read), StandardCharsets.US_ASCII))
                        .isEqualTo(MESSAGE);
            }
            WalkedSplits.count(record);
            loop.pass();
            assertThat(session.original().holdsBuffers()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2", LoopSessions.PLAINTEXT})
    void both_directions_carry_megabytes_at_once(String version) throws Exception {
        byte[] there = Octets.random(1_500_000, 1);
        byte[] back = Octets.random(1_000_000, 2);
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session(version);
            CompletableFuture<Integer> written = session.loop().write(ByteBuffer.wrap(there));
            CompletableFuture<byte[]> read = LoopSessions.readAll(session.loop(), back.length);
            CompletableFuture<Void> peerWrites = Pair.run(() -> Octets.writeAll(session.peer(), ByteBuffer.wrap(back)));
            assertThat(Octets.read(session.peer(), there.length)).isEqualTo(there);
            assertThat(LoopSessions.await(written)).isEqualTo(there.length);
            assertThat(LoopSessions.await(read)).isEqualTo(back);
            LoopSessions.await(peerWrites);
            loop.pass();
            assertThat(session.original().holdsBuffers()).isFalse();
        }
    }

    @Test
    void while_no_read_is_under_way_the_peer_is_not_read() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.sockets().server().configureBlocking(false);
            ByteBuffer much = ByteBuffer.allocate(10_000_000);
            int idle = 0;
            while (idle < 100) {
                idle = session.peer().write(much) == 0 && !session.peer().flush() ? idle + 1 : 0;
                loop.pass();
            }
            assertThat(much.position()).isLessThan(2_000_000);
            assertThat(session.original().holdsBuffers()).isFalse();
            // One read takes what it needs, and no more.
            assertThat(LoopSessions.await(session.loop().read(ByteBuffer.allocate(10))))
                    .isEqualTo(10);
            loop.pass();
            assertThat(session.loop().isOpen()).isTrue();
        }
    }

    @Test
    void a_second_read_or_write_at_once_is_refused() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            LoopChannel channel = session.loop();
            CompletableFuture<Integer> read = channel.read(ByteBuffer.allocate(10));
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(10))).isInstanceOf(ReadPendingException.class);
            CompletableFuture<Integer> write = channel.write(ByteBuffer.allocate(800_000));
            assertThatThrownBy(() -> channel.write(Octets.of("x"))).isInstanceOf(WritePendingException.class);
            assertThatThrownBy(channel::shutdownOutput).isInstanceOf(WritePendingException.class);
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(read.isDone() || write.isDone()).isFalse();
            CompletableFuture<byte[]> all = new CompletableFuture<>();
            CompletableFuture<Void> reader = Pair.run(() -> all.complete(Octets.read(session.peer(), 800_000)));
            assertThat(LoopSessions.await(write)).isEqualTo(800_000);
            LoopSessions.await(reader);
            session.peer().write(Octets.of("hello"));
            assertThat(LoopSessions.await(read)).isEqualTo(5);
        }
    }

    @Test
    void a_buffer_without_room_or_octets_is_done_at_once() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            LoopChannel channel = loop.session("TLSv1.3").loop();
            assertThat(LoopSessions.await(channel.read(ByteBuffer.allocate(0)))).isZero();
            assertThat(LoopSessions.await(channel.write(ByteBuffer.allocate(0))))
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2", LoopSessions.PLAINTEXT})
    void a_handler_may_read_on_a_hundred_thousand_times(String version) throws Exception {
        int times = 100_000;
        byte[] sent = Octets.random(times, 3);
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session(version);
            ByteBuffer all = ByteBuffer.allocate(times);
            CompletableFuture<Integer> depth = new CompletableFuture<>();
            session.loop().read(all.limit(1), session.loop(), new CompletionHandler<Integer, LoopChannel>() {
                private int calls;

                @Override
                public void completed(Integer count, LoopChannel channel) {
                    calls++;
                    if (all.position() == times) {
                        depth.complete(calls);
                    } else {
                        channel.read(all.limit(all.position() + 1), channel, this);
                    }
                }

                @Override
                public void failed(Throwable thrown, LoopChannel channel) {
                    depth.completeExceptionally(thrown);
                }
            });
            CompletableFuture<Void> writer = Pair.run(() -> Octets.writeAll(session.peer(), ByteBuffer.wrap(sent)));
            assertThat(LoopSessions.await(depth)).isEqualTo(times);
            assertThat(all.array()).isEqualTo(sent);
            LoopSessions.await(writer);
        }
    }

    @Test
    void a_session_that_always_has_something_to_read_lets_others_have_their_turn() throws Exception {
        int octets = 100_000;
        List<Integer> order = new ArrayList<>();
        try (LoopSessions loop = new LoopSessions()) {
            List<CompletableFuture<Void>> done = new ArrayList<>();
            List<Runnable> readers = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                int mine = number;
                Pair pair = Pair.upgraded();
                // All of it is in the kernel when this returns.
                Octets.writeAll(pair.server(), ByteBuffer.allocate(octets));
                LoopChannel channel = LoopSessions.await(loop.adopt(pair.client()));
                CompletableFuture<Void> read = new CompletableFuture<>();
                done.add(read);
                ByteBuffer dst = ByteBuffer.allocate(octets);
                readers.add(() -> channel.read(dst.limit(1), null, new CompletionHandler<Integer, Void>() {
                    @Override
                    public void completed(Integer count, Void unused) {
                        order.add(mine);
                        if (dst.position() == octets) {
                            read.complete(null);
                        } else {
                            channel.read(dst.limit(dst.position() + 1), null, this);
                        }
                    }

                    @Override
                    public void failed(Throwable thrown, Void unused) {
                        read.completeExceptionally(thrown);
                    }
                }));
            }
            loop.inLoop(() -> readers.forEach(Runnable::run));
            for (CompletableFuture<Void> each : done) {
                LoopSessions.await(each);
            }
        }
        int second = order.get(0) == 0 ? 1 : 0;
        assertThat(order).hasSize(2 * octets);
        assertThat(order.indexOf(second)).isBetween(1, TimeSlice.OCTETS);
    }

    @Test
    void what_a_handler_throws_is_reported_and_the_loop_goes_on() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            Session other = loop.session("TLSv1.3");
            CompletableFuture<Thread> called = new CompletableFuture<>();
            session.loop().read(ByteBuffer.allocate(10), null, new CompletionHandler<Integer, Void>() {
                @Override
                public void completed(Integer count, Void unused) {
                    called.complete(Thread.currentThread());
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("a fault of the application");
                }

                @Override
                public void failed(Throwable thrown, Void unused) {
                    called.completeExceptionally(thrown);
                }
            });
            session.peer().write(Octets.of("x"));
            assertThat(LoopSessions.await(called)).isEqualTo(loop.thread());
            for (Session each : List.of(session, other)) {
                each.peer().write(Octets.of("y"));
                assertThat(LoopSessions.await(each.loop().read(ByteBuffer.allocate(10))))
                        .isEqualTo(1);
            }
            assertThat(loop.faults())
                    .hasSize(2)
                    .anySatisfy(fault -> assertThat(fault).hasMessage("a fault of the application"))
                    .anySatisfy(fault -> assertThat(fault).hasMessageContaining("got it interrupted"));
        }
    }

    @Test
    void the_end_is_read_as_such_and_writing_goes_on() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.peer().write(Octets.of("last"));
            session.peer().shutdownOutput();
            assertThat(LoopSessions.readAll(session.loop(), 4).get(30, TimeUnit.SECONDS))
                    .isEqualTo("last".getBytes(StandardCharsets.US_ASCII));
            assertThat(LoopSessions.await(session.loop().read(ByteBuffer.allocate(10))))
                    .isEqualTo(-1);
            assertThat(LoopSessions.await(session.loop().write(Octets.of("bye"))))
                    .isEqualTo(3);
            LoopSessions.await(session.loop().shutdownOutput());
            assertThat(new String(Octets.readToEnd(session.peer()), StandardCharsets.US_ASCII))
                    .isEqualTo("bye");
            session.loop().close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2", LoopSessions.PLAINTEXT})
    void shutting_the_output_down_ends_the_peers_input(String version) throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session(version);
            LoopSessions.await(session.loop().write(Octets.of("bye")));
            LoopSessions.await(session.loop().shutdownOutput());
            assertThat(new String(Octets.readToEnd(session.peer()), StandardCharsets.US_ASCII))
                    .isEqualTo("bye");
            session.peer().close();
            assertThat(LoopSessions.await(session.loop().read(ByteBuffer.allocate(10))))
                    .isEqualTo(-1);
            assertThatThrownBy(() -> LoopSessions.await(session.loop().write(Octets.of("x"))))
                    .hasCauseInstanceOf(java.nio.channels.ClosedChannelException.class);
        }
    }

    @Test
    void a_truncated_session_is_an_error() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> read = session.loop().read(ByteBuffer.allocate(10));
            session.sockets().server().close();
            assertThat(RunningLoop.thrown(read)).isInstanceOf(TruncatedException.class);
        }
    }

    @Test
    void a_peer_that_breaks_tls_fails_the_read_and_the_write_after_it() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> read = session.loop().read(ByteBuffer.allocate(10));
            Octets.writeAll(session.sockets().server(), Octets.of("not a record of TLS"));
            assertThat(RunningLoop.thrown(read)).isInstanceOf(SSLException.class);
            assertThat(RunningLoop.thrown(session.loop().write(Octets.of("x")))).isInstanceOf(SSLException.class);
            session.loop().close();
            loop.pass();
            assertThat(loop.loop().underway()).isZero();
            assertThat(loop.faults()).isEmpty();
        }
    }
}
