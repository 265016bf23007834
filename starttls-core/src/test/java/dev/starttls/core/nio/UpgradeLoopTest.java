package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Phase;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class UpgradeLoopTest {

    @ParameterizedTest
    @CsvSource({"300, INLINE", "300, EXECUTOR"})
    void hundreds_of_clients_and_servers_upgrade_on_one_thread(int connections, String tasks) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try (RunningLoop running = tasks.equals("INLINE") ? new RunningLoop() : new RunningLoop(5000, executor)) {
            upgradeMany(running, connections);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void more_than_a_thousand_connections_at_once_are_served_by_one_thread() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            List<SocketChannel> idle = new ArrayList<>();
            for (int i = 0; i < 1200; i++) {
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                idle.add(client);
                assertThat(Octets.text(client, 4)).isEqualTo("HI\r\n");
            }
            assertThat(running.loop().underway()).isEqualTo(1200);
            upgradeMany(running, 100);
            for (SocketChannel client : idle) {
                client.close();
            }
        }
    }

    @Test
    void a_channel_that_left_the_loop_belongs_to_the_caller() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            List<StartTlsChannel> channels = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Void> taken = running.connect(server).thenAccept(channel -> {
                    // On the loop's thread still, and at once.
                    SocketChannel socket = (SocketChannel) channel.transport();
                    assertThat(socket.isBlocking()).isFalse();
                    assertThat(socket.isRegistered()).isFalse();
                    try {
                        socket.configureBlocking(true);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    channels.add(channel);
                });
                taken.get(30, TimeUnit.SECONDS);
                StartTlsChannel other = running.handedOver();
                try (Selector mine = Selector.open()) {
                    ((SocketChannel) other.transport()).register(mine, SelectionKey.OP_READ);
                    channels.get(i).write(Octets.of("abc"));
                    mine.select();
                    assertThat(other.read(ByteBuffer.allocate(10))).isEqualTo(3);
                }
            }
        }
    }

    @Test
    void the_report_has_the_connect_and_the_socket_does_not_wait_for_acknowledgements() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            StartTlsChannel client = running.connect(running.listen()).get(30, TimeUnit.SECONDS);
            assertThat(client.report().phases().get(0).phase()).isEqualTo(Phase.CONNECT);
            assertThat(client.report().roundTrips()).isEqualTo(5);
            for (StartTlsChannel side : List.of(client, running.handedOver())) {
                assertThat(((SocketChannel) side.transport()).getOption(java.net.StandardSocketOptions.TCP_NODELAY))
                        .isTrue();
            }
        }
    }

    @Test
    void a_channel_that_is_connected_already_is_upgraded() throws Exception {
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> server =
                    running.loop().upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            CompletableFuture<StartTlsChannel> client =
                    running.loop().upgrade(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            assertThat(client.get(30, TimeUnit.SECONDS).isSecure()).isTrue();
            assertThat(server.get(30, TimeUnit.SECONDS).isSecure()).isTrue();
            assertThat(client.get().report().phases())
                    .extracting(dev.starttls.core.upgrade.UpgradeReport.PhaseTime::phase)
                    .doesNotContain(Phase.CONNECT);
        }
    }

    @Test
    void closing_the_server_channel_ends_the_accepting_only() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel first = running.listen();
            ServerSocketChannel second = running.listen();
            first.close();
            assertThat(running.connect(second).get(30, TimeUnit.SECONDS).isSecure())
                    .isTrue();
        }
    }

    @Test
    void a_loop_is_run_once() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            // By then its thread has begun.
            running.listen();
            assertThatThrownBy(() -> running.loop().run()).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> UpgradeLoop.open(0, Runnable::run)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void upgradeMany(RunningLoop running, int connections) throws Exception {
        ServerSocketChannel server = running.listen();
        List<CompletableFuture<StartTlsChannel>> clients = new ArrayList<>();
        int others = running.loop().underway();
        for (int i = 0; i < connections; i++) {
            clients.add(running.connect(server));
        }
        for (CompletableFuture<StartTlsChannel> client : clients) {
            assertThat(client.get(240, TimeUnit.SECONDS).isSecure()).isTrue();
        }
        for (int i = 0; i < connections; i++) {
            StartTlsChannel served = running.handedOver();
            assertThat(served.isSecure()).isTrue();
            assertThat(served.holdsBuffers()).isFalse();
            served.close();
        }
        assertThat(running.loop().underway()).isEqualTo(others);
        for (CompletableFuture<StartTlsChannel> client : clients) {
            client.get().close();
        }
    }
}
