package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several loops that serve what one of them accepts. */
@Timeout(120)
class SeveralLoopsTest {

    /** Clients stay as long as the test wants, on whatever machine. */
    private static final UpgradeLimits PATIENT = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMinutes(10));

    private final List<RunningLoop> running = new ArrayList<>();
    private final List<SocketChannel> clients = new ArrayList<>();
    /** By whose thread each of the clients was served. */
    private final List<Thread> servedBy = new CopyOnWriteArrayList<>();

    private ServerSocketChannel server;

    @BeforeEach
    void bind() throws IOException {
        server = ServerSocketChannel.open().bind(Loopback.anyPort(), 100);
    }

    @AfterEach
    void close() throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
        running.forEach(RunningLoop::close);
        server.close();
    }

    @Test
    void connections_are_spread_evenly_and_served_by_all_threads() throws Exception {
        listen(100, 100, 100);
        for (int i = 0; i < 30; i++) {
            greeted();
        }
        assertThat(running).allSatisfy(loop -> assertThat(served(loop)).isEqualTo(10));
    }

    @Test
    void a_loop_whose_clients_have_left_gets_the_next_ones() throws Exception {
        listen(100, 100);
        for (int i = 0; i < 8; i++) {
            greeted();
        }
        RunningLoop left = running.get(0);
        assertThat(served(left)).isEqualTo(4);
        for (int i = 0; i < 8; i++) {
            if (servedBy.get(i) == left.thread()) {
                clients.get(i).close();
            }
        }
        awaitUnderway(4);
        for (int i = 0; i < 4; i++) {
            greeted();
        }
        assertThat(served(left)).isEqualTo(8);
    }

    @Test
    void a_full_loop_gets_none_and_when_all_are_full_clients_wait_for_room_on_any() throws Exception {
        listen(1, 3);
        for (int i = 0; i < 4; i++) {
            greeted();
        }
        assertThat(running).extracting(loop -> loop.loop().underway()).containsExactly(1, 3);
        for (int i = 0; i < 4; i++) {
            SocketChannel waiting = connect();
            waiting.configureBlocking(false);
            assertThat(waiting.read(ByteBuffer.allocate(1))).isZero();
            // Each in turn makes room on its own loop.
            clients.get(i).close();
            waiting.configureBlocking(true);
            assertThat(Octets.text(waiting, 4)).isEqualTo("HI\r\n");
        }
    }

    @Test
    void when_the_loop_that_accepts_is_closed_another_one_accepts_and_with_the_last_the_server_is_closed()
            throws Exception {
        listen(100, 100, 100);
        for (RunningLoop each : running) {
            greeted();
            each.close();
            assertThat(server.isOpen()).isEqualTo(each != running.get(2));
        }
        assertThatThrownBy(() -> UpgradeLoop.listen(loops(), server, peer -> null, channel -> {})
                        .get(30, TimeUnit.SECONDS))
                .hasMessageContaining("closed");
    }

    @Test
    void when_the_loop_that_accepts_breaks_another_one_accepts() throws Exception {
        Selector selector = Selector.open();
        SelectorLoop broken = new SelectorLoop(selector, 100, Runnable::run);
        SelectorLoop other = new SelectorLoop(Selector.open(), 100, Runnable::run);
        ServingLoops serving = new ServingLoops(List.of(broken, other));
        new Acceptor(broken, serving, server, Prefaces.NONE, this::connection, (place, channel) -> {}).begin();
        CompletableFuture<Void> breaks = Pair.run(broken::run);
        CompletableFuture<Void> goesOn = Pair.run(other::run);
        try {
            greeted();
            greeted();
            selector.close();
            assertThat(RunningLoop.thrown(breaks)).isInstanceOf(RuntimeException.class);
            greeted();
            greeted();
        } finally {
            other.closeNow();
        }
        goesOn.get(30, TimeUnit.SECONDS);
    }

    @Test
    void what_was_handed_to_a_loop_that_ends_before_it_begins_is_served_by_another() throws Exception {
        RunningLoop first = new RunningLoop();
        running.add(first);
        UpgradeLoop neverRun = UpgradeLoop.open(100, Runnable::run);
        UpgradeLoop.listen(List.of(first.loop(), neverRun), server, this::connection, channel -> {})
                .get(30, TimeUnit.SECONDS);
        SocketChannel one = connect();
        SocketChannel two = connect();
        while (first.loop().underway() + neverRun.underway() < 2) {
            Thread.onSpinWait();
        }
        assertThat(neverRun.underway()).isEqualTo(1);
        neverRun.closeNow();
        assertThat(Octets.text(one, 4)).isEqualTo("HI\r\n");
        assertThat(Octets.text(two, 4)).isEqualTo("HI\r\n");
        assertThat(first.loop().underway()).isEqualTo(2);
        assertThat(servedBy).containsOnly(first.thread());
    }

    @Test
    void at_least_one_loop_is_needed() {
        assertThatThrownBy(() -> UpgradeLoop.listen(List.of(), server, peer -> null, channel -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }

    private void listen(int... max) throws Exception {
        for (int each : max) {
            running.add(new RunningLoop(each, Runnable::run));
        }
        UpgradeLoop.listen(loops(), server, this::connection, channel -> {}).get(30, TimeUnit.SECONDS);
    }

    private List<UpgradeLoop> loops() {
        return running.stream().map(RunningLoop::loop).toList();
    }

    private UpgradeConnection connection(Peer peer) {
        servedBy.add(Thread.currentThread());
        return Pair.serverConnection(Pair.serverSettings().withLimits(PATIENT));
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        clients.add(client);
        return client;
    }

    private void greeted() throws IOException {
        assertThat(Octets.text(connect(), 4)).isEqualTo("HI\r\n");
    }

    private long served(RunningLoop loop) {
        return servedBy.stream().filter(loop.thread()::equals).count();
    }

    private void awaitUnderway(int count) {
        while (running.stream().mapToInt(loop -> loop.loop().underway()).sum() != count) {
            Thread.onSpinWait();
        }
    }
}
