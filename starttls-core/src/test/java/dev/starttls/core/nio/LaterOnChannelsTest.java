package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.PromisingServer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that come later from another thread, on loops, on blocking channels and on a loop of one's own. */
@Timeout(60)
class LaterOnChannelsTest {

    private final PromisingServer dialogue = new PromisingServer();

    private static UpgradeConnection connection(PromisingServer server) {
        return new UpgradeConnection(server, UpgradeSettings.of(TlsPolicy.DISABLED), new Peer("127.0.0.1", 1));
    }

    @Test
    void a_connection_of_a_loop_waits_and_others_do_not() throws Exception {
        ConcurrentLinkedQueue<PromisingServer> servers = new ConcurrentLinkedQueue<>();
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort(), 1024)) {
            running.loop()
                    .listen(
                            listening,
                            peer -> {
                                PromisingServer server = new PromisingServer();
                                servers.add(server);
                                return connection(server);
                            },
                            Quietly::close)
                    .get(30, TimeUnit.SECONDS);
            try (SocketChannel slow = SocketChannel.open(listening.getLocalAddress())) {
                assertThat(Octets.text(slow, 7)).isEqualTo("HELLO\r\n");
                Octets.writeAll(slow, Octets.of("WAIT a\r\nECHO b\r\n"));
                try (SocketChannel other = SocketChannel.open(listening.getLocalAddress())) {
                    Octets.writeAll(other, Octets.of("ECHO x\r\n"));
                    assertThat(Octets.text(other, 20)).isEqualTo("HELLO\r\nSAID ECHO x\r\n".substring(0, 20));
                }
                servers.peek().answer("a").complete("1");
                assertThat(Octets.text(slow, 22)).isEqualTo("GOT a 1\r\nSAID ECHO b\r\n".substring(0, 22));
            }
        }
    }

    @Test
    void many_answers_of_many_threads_arrive() throws Exception {
        List<PromisingServer> servers = new ArrayList<>();
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort(), 1024)) {
            running.loop()
                    .listen(
                            listening,
                            peer -> {
                                PromisingServer server = new PromisingServer();
                                synchronized (servers) {
                                    servers.add(server);
                                }
                                return connection(server);
                            },
                            Quietly::close)
                    .get(30, TimeUnit.SECONDS);
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                SocketChannel client = SocketChannel.open(listening.getLocalAddress());
                assertThat(Octets.text(client, 7)).isEqualTo("HELLO\r\n");
                Octets.writeAll(client, Octets.of("WAIT a\r\nWAIT b\r\nWAIT c\r\n"));
                clients.add(client);
            }
            List<Thread> threads = new ArrayList<>();
            for (String name : List.of("c", "a", "b")) {
                Thread thread = new Thread(() -> {
                    synchronized (servers) {
                        servers.forEach(server -> server.answer(name).complete("1"));
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (SocketChannel client : clients) {
                assertThat(Octets.text(client, 27)).isEqualTo("GOT a 1\r\nGOT b 1\r\nGOT c 1\r\n");
                client.close();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void a_loop_that_is_shut_down_says_so_to_a_client_that_waits_and_the_answer_is_lost() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort(), 1024)) {
            RunningLoop running = new RunningLoop();
            running.loop()
                    .listen(listening, peer -> connection(dialogue), Quietly::close)
                    .get(30, TimeUnit.SECONDS);
            try (SocketChannel client = SocketChannel.open(listening.getLocalAddress())) {
                assertThat(Octets.text(client, 7)).isEqualTo("HELLO\r\n");
                Octets.writeAll(client, Octets.of("ECHO a\r\nWAIT a\r\n"));
                assertThat(Octets.text(client, 13)).isEqualTo("SAID ECHO a\r\n");
                running.close();
                dialogue.answer("a").complete("1");
                assertThat(new String(Octets.readToEnd(client), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("LAST SHUTDOWN\r\n");
            }
            assertThat(running.faults()).isEmpty();
        }
    }

    @Test
    void a_blocking_channel_waits_on_its_thread() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<Void> served = serve(sockets);
            Octets.writeAll(sockets.client(), Octets.of("WAIT a\r\nBYE\r\n"));
            awaitTaken();
            dialogue.answer("a").complete("1");
            assertThat(Octets.text(sockets.client(), 100)).isEqualTo("HELLO\r\nGOT a 1\r\nBYE\r\n");
            served.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void closing_ends_the_wait_of_a_blocking_channel() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<Void> served = serve(sockets);
            Octets.writeAll(sockets.client(), Octets.of("WAIT a\r\n"));
            awaitTaken();
            sockets.server().close();
            assertRejected(served, "another thread closed the channel");
        }
    }

    @Test
    void an_interrupt_ends_the_wait_of_a_blocking_channel() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            CompletableFuture<Void> served = Pair.run(() -> {
                thread.complete(Thread.currentThread());
                try {
                    StartTlsChannel.over(sockets.server(), connection(dialogue)).upgrade();
                } finally {
                    assertThat(Thread.interrupted()).isTrue();
                }
            });
            Octets.writeAll(sockets.client(), Octets.of("WAIT a\r\n"));
            awaitTaken();
            thread.get().interrupt();
            assertRejected(served, "its thread was interrupted");
            assertThat(sockets.server().isOpen()).isFalse();
        }
    }

    @Test
    void a_loop_of_ones_own_is_told_to_wait_and_woken() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            sockets.server().configureBlocking(false);
            StartTlsChannel channel = StartTlsChannel.over(sockets.server(), connection(dialogue));
            CountDownLatch woken = new CountDownLatch(1);
            channel.onWake(woken::countDown);
            assertThat(channel.advance()).isEqualTo(Want.READ);
            Octets.writeAll(sockets.client(), Octets.of("WAIT a\r\nBYE\r\n"));
            assertThat(advanced(channel, Want.READ)).isEqualTo(Want.ANSWER);
            Thread other = new Thread(() -> dialogue.answer("a").complete("1"));
            other.start();
            assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(advanced(channel, Want.ANSWER)).isEqualTo(Want.NOTHING);
            assertThat(Octets.text(sockets.client(), 100)).isEqualTo("HELLO\r\nGOT a 1\r\nBYE\r\n");
            other.join();
        }
    }

    /** Until something else is wanted: octets may be on their way, and a turn may be over. */
    private static Want advanced(StartTlsChannel channel, Want before) throws java.io.IOException {
        Want want = before;
        while (want == before || want == Want.AGAIN) {
            want = channel.advance();
        }
        return want;
    }

    private CompletableFuture<Void> serve(Loopback sockets) {
        return Pair.run(() ->
                StartTlsChannel.over(sockets.server(), connection(dialogue)).upgrade());
    }

    /** Until the dialogue was given the line that it answers later. */
    private void awaitTaken() throws InterruptedException {
        assertThat(dialogue.asked().await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void assertRejected(CompletableFuture<Void> served, String why) {
        assertThatThrownBy(() -> served.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(UpgradeException.class, thrown -> assertThat(thrown.reason())
                        .isEqualTo(FailureReason.REJECTED))
                .hasMessageContaining(why);
        assertThat(dialogue.ends()).hasSize(1);
        assertThat(dialogue.ends().get(0).cause()).isEqualTo(SessionEnd.Cause.SHUT_DOWN);
    }
}
