package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Room, and its end: no future is left incomplete. */
@Timeout(60)
class UpgradeLoopShutdownTest {

    @Test
    void a_full_loop_rejects_a_client() throws Exception {
        try (RunningLoop running = new RunningLoop(2, Runnable::run);
                ServerSocketChannel silent = silent()) {
            CompletableFuture<StartTlsChannel> first = running.connect(silent);
            CompletableFuture<StartTlsChannel> second = running.connect(silent);
            UpgradeException failed = RunningLoop.failure(running.connect(silent));
            assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(failed).hasMessageContaining("2 underway");
            assertThat(first.isDone() || second.isDone()).isFalse();
            first.cancel(false);
            while (running.loop().underway() == 2) {
                Thread.onSpinWait();
            }
            CompletableFuture<StartTlsChannel> third = running.connect(silent);
            assertThat(third.isDone()).isFalse();
        }
    }

    @Test
    void a_full_loop_leaves_clients_in_the_backlog_until_there_is_room() throws Exception {
        try (RunningLoop running = new RunningLoop(2, Runnable::run)) {
            ServerSocketChannel server = running.listen();
            SocketChannel first = SocketChannel.open(server.getLocalAddress());
            SocketChannel second = SocketChannel.open(server.getLocalAddress());
            assertThat(Octets.text(first, 4)).isEqualTo("HI\r\n");
            assertThat(Octets.text(second, 4)).isEqualTo("HI\r\n");
            List<SocketChannel> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(SocketChannel.open(server.getLocalAddress()));
                waiting.get(i).configureBlocking(false);
            }
            // Something else has gone through the loop by then: they have not been greeted, nor refused.
            assertThat(running.listen().isOpen()).isTrue();
            for (SocketChannel client : waiting) {
                assertThat(client.read(java.nio.ByteBuffer.allocate(1))).isZero();
            }
            first.close();
            second.close();
            for (SocketChannel client : waiting) {
                client.configureBlocking(true);
                assertThat(Octets.text(client, 4)).isEqualTo("HI\r\n");
                client.close();
            }
        }
    }

    @Test
    void an_orderly_close_lets_what_is_underway_come_to_its_end() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel somewhere = silent()) {
            ServerSocketChannel server = running.listen();
            try (SocketChannel slow = SocketChannel.open(server.getLocalAddress())) {
                assertThat(Octets.text(slow, 4)).isEqualTo("HI\r\n");
                running.loop().close();
                assertThat(RunningLoop.failure(running.connect(somewhere)).reason())
                        .isEqualTo(FailureReason.REJECTED);
                assertThat(RunningLoop.failure(running.loop().listen(silent(), peer -> null, channel -> {}))
                                .reason())
                        .isEqualTo(FailureReason.REJECTED);
                Octets.writeAll(slow, Octets.of("CAPS\r\nBYE\r\n"));
                assertThat(new String(Octets.readToEnd(slow), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("CAPS GO\r\nBYE\r\n");
            }
            running.stop();
            assertThat(server.isOpen()).isFalse();
        }
    }

    @Test
    void an_orderly_close_waits_no_longer_than_the_deadlines() throws Exception {
        UpgradeLimits hasty = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(100));
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = silent()) {
            CompletableFuture<StartTlsChannel> stalled = running.connect(
                    silent, Pair.clientConnection(Pair.clientSettings().withLimits(hasty)));
            running.loop().close();
            running.stop();
            assertThat(RunningLoop.failure(stalled).reason()).isEqualTo(FailureReason.TIMEOUT);
        }
    }

    @Test
    void closing_now_closes_all_and_fails_their_futures() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = silent()) {
            ServerSocketChannel server = running.listen();
            CompletableFuture<StartTlsChannel> client = running.connect(silent);
            try (SocketChannel greeted = SocketChannel.open(server.getLocalAddress());
                    SocketChannel accepted = silent.accept()) {
                assertThat(Octets.text(greeted, 4)).isEqualTo("HI\r\n");
                running.loop().closeNow();
                running.stop();
                assertThat(RunningLoop.failure(client).reason()).isEqualTo(FailureReason.REJECTED);
                assertThat(Octets.readToEnd(greeted)).isEmpty();
                assertThat(Octets.readToEnd(accepted)).isEmpty();
            }
            assertThat(server.isOpen()).isFalse();
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void interrupting_its_thread_closes_a_loop_now() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = silent()) {
            CompletableFuture<StartTlsChannel> client = running.connect(silent);
            // One that comes while a connection is served is taken back: it waits for its connections at some time.
            while (!running.loop().stopped().isDone()) {
                running.thread().interrupt();
                Thread.onSpinWait();
            }
            running.stop();
            assertThat(RunningLoop.failure(client).reason()).isEqualTo(FailureReason.REJECTED);
        }
    }

    @RepeatedTest(50)
    void no_future_is_forgotten_when_others_connect_while_the_loop_closes() throws Exception {
        ConcurrentLinkedQueue<CompletableFuture<StartTlsChannel>> futures = new ConcurrentLinkedQueue<>();
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = silent()) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int c = 0; c < 3; c++) {
                clients.add(Pair.run(() -> {
                    for (int i = 0; i < 30; i++) {
                        CompletableFuture<StartTlsChannel> future = running.connect(silent);
                        futures.add(future);
                        if (i % 5 == 0) {
                            future.cancel(false);
                        }
                    }
                }));
            }
            while (futures.size() < 20) {
                Thread.onSpinWait();
            }
            running.loop().closeNow();
            running.stop();
            for (CompletableFuture<Void> client : clients) {
                client.get(30, TimeUnit.SECONDS);
            }
            assertThat(futures).hasSize(90).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(running.loop().underway()).isZero();
            assertThat(running.faults()).isEmpty();
        }
    }

    @Test
    void a_loop_that_no_thread_runs_completes_its_futures_when_it_is_closed() throws Exception {
        UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
        try (ServerSocketChannel silent = silent()) {
            CompletableFuture<StartTlsChannel> client = loop.connect(
                    (InetSocketAddress) silent.getLocalAddress(),
                    Pair.clientConnection(Pair.clientSettings()),
                    Duration.ofSeconds(30));
            CompletableFuture<Void> listening = loop.listen(silent, peer -> null, channel -> {});
            // In order, what is underway is left to a thread that may still run it.
            loop.close();
            assertThat(client.isDone()).isFalse();
            loop.closeNow();
            assertThat(loop.stopped().isDone()).isTrue();
            assertThat(RunningLoop.failure(client).reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(RunningLoop.failure(listening).reason()).isEqualTo(FailureReason.REJECTED);
            // Its thread comes late.
            loop.run();
        }
        UpgradeLoop idle = UpgradeLoop.open(10, Runnable::run);
        idle.close();
        assertThat(idle.stopped().isDone()).isTrue();
    }

    @Test
    void a_loop_that_is_run_after_its_close_finishes_what_it_had_taken() throws Exception {
        UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> server =
                    loop.upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            CompletableFuture<StartTlsChannel> client =
                    loop.upgrade(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            loop.close();
            loop.run();
            assertThat(client.get(30, TimeUnit.SECONDS).isSecure()).isTrue();
            assertThat(server.get(30, TimeUnit.SECONDS).isSecure()).isTrue();
        }
    }

    @Test
    void a_server_channel_that_cannot_be_listened_on_is_reported() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel closed = silent();
            closed.close();
            CompletableFuture<Void> listening = running.loop().listen(closed, peer -> null, channel -> {});
            assertThat(RunningLoop.thrown(listening)).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(closed::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        }
    }

    private static ServerSocketChannel silent() throws IOException {
        return ServerSocketChannel.open().bind(Loopback.anyPort());
    }
}
