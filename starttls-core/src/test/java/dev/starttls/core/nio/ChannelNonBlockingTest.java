package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ChoppingChannel;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@ParameterizedClass
@EnumSource
class ChannelNonBlockingTest {

    private static final long SECONDS_30 = 30_000;

    private final Pairs pairs;

    ChannelNonBlockingTest(EngineMaker engines) {
        pairs = new Pairs(engines);
    }

    @Test
    void an_authors_own_loop_upgrades_both_sides_and_moves_data_both_ways() throws Exception {
        exchange(UnaryOperator.identity(), 3_000_000);
    }

    @ParameterizedTest
    @CsvSource({"1, 2000", "3, 5000", "50, 100000", "2000, 500000", "16500, 1000000", "50000, 2000000"})
    void transports_that_take_and_give_little_or_nothing_lose_nothing(int max, int size) throws Exception {
        exchange(channel -> new ChoppingChannel(channel, max, max), size);
    }

    @Test
    void nothing_to_read_is_zero_and_holds_no_buffer() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            pair.sockets().client().configureBlocking(false);
            pair.sockets().server().configureBlocking(false);
            assertThat(pair.client().read(ByteBuffer.allocate(10))).isZero();
            assertThat(pair.client().read(new ByteBuffer[] {ByteBuffer.allocate(10)}))
                    .isZero();
            assertThat(pair.client().holdsBuffers()).isFalse();
            assertThat(pair.client().flush()).isTrue();
            assertThat(pair.client().write(Octets.of("abc"))).isEqualTo(3);
            assertThat(pair.client().holdsBuffers()).isFalse();
            awaitReadable(pair.sockets().server());
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(pair.server().read(one)).isEqualTo(1);
            assertThat(pair.server().read(one.clear())).isEqualTo(1);
            assertThat(pair.server().read(one.clear())).isEqualTo(1);
            assertThat(pair.server().read(one.clear())).isZero();
            assertThat(pair.server().holdsBuffers()).isFalse();
        }
    }

    @Test
    void a_write_takes_no_more_than_the_transport_and_one_buffer_hold_and_flush_says_when_it_is_gone()
            throws Exception {
        byte[] much = Octets.random(30_000_000, 10);
        Valve valve = new Valve();
        try (Pair pair = Pair.connected(
                        pairs.clientSettings(), pairs.serverSettings(), valve::over, UnaryOperator.identity())
                .upgrade()) {
            pair.sockets().client().configureBlocking(false);
            ByteBuffer source = ByteBuffer.wrap(much);
            int count = 1;
            while (count > 0) {
                count = pair.client().write(source);
            }
            assertThat(source.hasRemaining()).isTrue();
            // The kernel finds room again when it likes.
            valve.open = false;
            assertThat(pair.client().flush()).isFalse();
            assertThat(pair.client().holdsBuffers()).isTrue();
            valve.open = true;
            int taken = source.position();
            byte[] received = new byte[taken];
            ByteBuffer target = ByteBuffer.wrap(received);
            pair.sockets().server().configureBlocking(false);
            while (target.hasRemaining()) {
                pair.client().flush();
                pair.server().read(target);
            }
            assertThat(ByteBuffer.wrap(received)).isEqualTo(ByteBuffer.wrap(much, 0, taken));
            assertThat(pair.client().flush()).isTrue();
            assertThat(pair.client().holdsBuffers()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void before_the_upgrade_is_done_reading_goes_as_far_as_it_can(boolean server) throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings());
                Selector selector = Selector.open()) {
            SocketChannel mine =
                    server ? pair.sockets().server() : pair.sockets().client();
            StartTlsChannel channel = server ? pair.server() : pair.client();
            StartTlsChannel peer = server ? pair.client() : pair.server();
            CompletableFuture<Void> other = Pair.run(() -> {
                peer.upgrade();
                Octets.writeAll(peer, Octets.of("x"));
            });
            mine.configureBlocking(false);
            mine.register(selector, SelectionKey.OP_READ);
            ByteBuffer target = ByteBuffer.allocate(100);
            // Never asks for anything but octets to read.
            while (channel.read(target) == 0) {
                selector.select(SECONDS_30);
                assertThat(selector.selectedKeys()).isNotEmpty();
                selector.selectedKeys().clear();
            }
            assertThat(target.get(0)).isEqualTo((byte) 'x');
            other.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void before_the_upgrade_is_done_reading_and_writing_move_it_and_return_nothing() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            pair.sockets().client().configureBlocking(false);
            pair.sockets().server().configureBlocking(false);
            ByteBuffer target = ByteBuffer.allocate(100);
            assertThat(pair.client().read(target)).isZero();
            assertThat(pair.client().write(Octets.of("a"))).isZero();
            assertThat(pair.client().write(new ByteBuffer[] {Octets.of("a")})).isZero();
            ByteBuffer source = Octets.of("a");
            while (source.hasRemaining()) {
                pair.server().write(source);
                pair.client().read(target);
            }
            while (target.position() == 0) {
                pair.client().read(target);
            }
            assertThat(target.position()).isEqualTo(1);
        }
    }

    @Test
    void a_dialogue_that_closes_the_connection_closes_the_channel() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            pair.sockets().server().configureBlocking(false);
            assertThat(advanced(pair.server())).isEqualTo(Want.READ);
            assertThat(Octets.text(pair.sockets().client(), 4)).isEqualTo("HI\r\n");
            // More than the server takes in one go: none of it may cost the client its answer.
            pair.sockets().client().write(Octets.of("BYE\r\n" + "x".repeat(60_000)));
            awaitReadable(pair.sockets().server());
            assertThat(advanced(pair.server())).isEqualTo(Want.NOTHING);
            assertThat(pair.server().isOpen()).isFalse();
            assertThat(pair.server().holdsBuffers()).isFalse();
            // What the client has still under way is answered with a reset, after it.
            assertThat(Octets.text(pair.sockets().client(), 5)).isEqualTo("BYE\r\n");
        }
    }

    @Test
    void hand_over_with_unsent_octets_is_no_end_of_stream() throws Exception {
        // Its last line waits for the transport: the dialogue is over, but advance still wants to write.
        Stalling stalling = new Stalling();
        StartTlsChannel channel = StartTlsChannel.over(
                stalling,
                new UpgradeConnection(
                        new AtOnce(),
                        pairs.serverSettings().withPolicy(TlsPolicy.DISABLED),
                        new Peer("127.0.0.1", -1)));
        assertThat(channel.advance()).isEqualTo(Want.WRITE);
        assertThat(channel.read(ByteBuffer.allocate(1))).isZero();
        assertThat(channel.flush()).isFalse();
        stalling.open = true;
        assertThat(channel.flush()).isTrue();
        assertThat(channel.advance()).isEqualTo(Want.NOTHING);
        assertThat(channel.holdsBuffers()).isFalse();
    }

    private void exchange(UnaryOperator<ByteChannel> chopped, int size) throws Exception {
        byte[] there = Octets.random(size, 11);
        byte[] back = Octets.random(size, 12);
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings(), chopped, chopped)) {
            NonBlockingLoop client = new NonBlockingLoop(pair.client(), there, size);
            NonBlockingLoop server = new NonBlockingLoop(pair.server(), back, size);
            NonBlockingLoop.all(
                    new SocketChannel[] {pair.sockets().client(), pair.sockets().server()}, client, server);
            assertThat(server.received()).isEqualTo(there);
            assertThat(client.received()).isEqualTo(back);
            assertThat(client.ended() || server.ended()).isFalse();
            assertThat(pair.client().holdsBuffers() || pair.server().holdsBuffers())
                    .isFalse();
        }
    }

    /** As far as it goes now, in as many turns as that takes on this machine. */
    private static Want advanced(StartTlsChannel channel) throws IOException {
        Want want = channel.advance();
        while (want == Want.AGAIN) {
            want = channel.advance();
        }
        return want;
    }

    static void awaitReadable(SocketChannel channel) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            selector.select();
        }
    }

    /** A server that hands over as soon as it has greeted. */
    private static final class AtOnce extends GreetingServer {

        @Override
        public Step opened() {
            return new Step.Ready(List.of("HI"));
        }

        @Override
        public Step received(String line) {
            throw new IllegalStateException(line);
        }

        @Override
        public Step secured() {
            throw new IllegalStateException();
        }
    }

    /** Lets a transport take nothing for a while. */
    private static final class Valve {

        private boolean open = true;

        ByteChannel over(ByteChannel transport) {
            return new ByteChannel() {
                @Override
                public int read(ByteBuffer dst) throws IOException {
                    return transport.read(dst);
                }

                @Override
                public int write(ByteBuffer src) throws IOException {
                    return open ? transport.write(src) : 0;
                }

                @Override
                public boolean isOpen() {
                    return transport.isOpen();
                }

                @Override
                public void close() throws IOException {
                    transport.close();
                }
            };
        }
    }

    /** Gives nothing and, until it is opened, takes nothing. */
    private static final class Stalling implements ByteChannel {

        private boolean open;

        @Override
        public int read(ByteBuffer dst) {
            return 0;
        }

        @Override
        public int write(ByteBuffer src) {
            int count = open ? src.remaining() : 0;
            src.position(src.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
