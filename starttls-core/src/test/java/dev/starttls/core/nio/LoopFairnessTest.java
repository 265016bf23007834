package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No client waits for a peer that keeps sending. The clock is the test's: each line that is answered takes 0.1 ms of it. */
@Timeout(120)
class LoopFairnessTest {

    private static final long PER_LINE = 100_000;
    /** In lines: what fits into a turn's time, and what one call takes even when its time is over. */
    private static final int TURN = (int) (TimeSlice.NANOS / PER_LINE) + 16;

    private final List<String> served = new ArrayList<>();
    private Heard heard = line -> {};
    private long now;
    private SelectorLoop loop;

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void a_client_is_answered_after_at_most_one_turn_of_each_that_keeps_the_server_busy(int hogs) throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort(), 200)) {
            loop = new SelectorLoop(selector, 1_000, Runnable::run, () -> now);
            List<SocketChannel> clients = new ArrayList<>();
            try {
                // All of it has arrived before the loop begins.
                for (int i = 0; i < hogs; i++) {
                    clients.add(say(server, "HOG\r\n".repeat(2_000)));
                }
                clients.add(say(server, "honest\r\n"));
                new Acceptor(loop, server, peer -> connection(), channel -> {}).begin();
                loop.run();
            } finally {
                for (SocketChannel client : clients) {
                    client.close();
                }
            }
        }
        // Acceptors take 16 in a turn, so that with many the first have had several turns when the last is greeted.
        int turnsBefore = 1 + hogs / 16;
        assertThat(served.indexOf("honest")).isBetween(hogs, hogs * TURN * turnsBefore);
    }

    @Test
    void a_client_that_connects_while_others_keep_the_server_busy_is_greeted_within_one_turn_of_each()
            throws Exception {
        int hogs = 20;
        List<SocketChannel> clients = new ArrayList<>();
        int[] before = new int[1];
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort(), 200)) {
            loop = new SelectorLoop(selector, 1_000, Runnable::run, () -> now);
            heard = line -> {
                if (served.size() == 10 * hogs * TURN) {
                    before[0] = served.size();
                    clients.add(say(server, "honest\r\n"));
                }
            };
            try {
                for (int i = 0; i < hogs; i++) {
                    clients.add(say(server, "HOG\r\n".repeat(6_000)));
                }
                new Acceptor(loop, server, peer -> connection(), channel -> {}).begin();
                loop.run();
            } finally {
                for (SocketChannel client : clients) {
                    client.close();
                }
            }
        }
        // The rest of a pass before the loop looks who connects, and a turn of each; so many lines are an upper bound.
        assertThat(served.indexOf("honest") - before[0]).isBetween(0, (hogs + 1) * TURN);
    }

    @Test
    void a_client_that_pipelines_is_served_to_the_end_all_the_same() throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            loop = new SelectorLoop(selector, 10, Runnable::run, () -> now);
            try (SocketChannel client = say(server, "HOG\r\n".repeat(3_000) + "honest\r\n")) {
                new Acceptor(loop, server, peer -> connection(), channel -> {}).begin();
                loop.run();
                assertThat(served).hasSize(3_001).endsWith("honest");
                assertThat(client.isOpen()).isTrue();
            }
        }
    }

    @Test
    void what_is_put_back_while_the_arrivals_are_run_waits_for_the_next_turn() {
        LoopTasks arrivals = new LoopTasks();
        List<String> ran = new ArrayList<>();
        arrivals.add(new LoopTasks.Arrival() {
            @Override
            public void run() {
                ran.add("again");
                arrivals.add(this);
            }
        });
        arrivals.runPresent();
        assertThat(ran).containsExactly("again");
        arrivals.runPresent();
        assertThat(ran).hasSize(2);
    }

    @Test
    void a_non_blocking_caller_gets_its_thread_back_and_is_asked_to_call_again() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            sockets.server().configureBlocking(false);
            StartTlsChannel channel = StartTlsChannel.over(sockets.server(), connection());
            Octets.writeAll(sockets.client(), Octets.of("HOG\r\n".repeat(10_000)));
            ChannelNonBlockingTest.awaitReadable(sockets.server());
            assertThat(advance(channel)).isEqualTo(Want.AGAIN);
            assertThat(served).hasSizeBetween(1, TURN);
        }
    }

    @Test
    void records_of_one_octet_with_new_keys_between_them_end_a_turn_on_time() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            sockets.server().configureBlocking(false);
            StartTlsChannel channel = StartTlsChannel.over(
                    sockets.server(),
                    Pair.serverConnection(Pair.serverSettings().withPolicy(TlsPolicy.IMPLICIT)));
            BareTls tls = BareTls.client(TestCertificates.shared().client(), "TLSv1.3")
                    .begin();
            ByteBuffer heard = ByteBuffer.allocate(20_000);
            while (!tls.established()) {
                turns(channel, sockets, tls);
                sockets.client().read(heard.clear());
                tls.feed(Arrays.copyOf(heard.array(), heard.position()));
            }
            turns(channel, sockets, tls);
            for (int i = 0; i < 40; i++) {
                tls.engine().beginHandshake();
                tls.feed(new byte[0]).say("x");
            }
            // Time is over after each step, of which every second sends answers.
            assertThat(turns(channel, sockets, tls)).isBetween(2 * 40 / 4, 4 * 40);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    /** Sends what the client has to send, and counts the turns until the server waits for more. */
    private int turns(StartTlsChannel channel, Loopback sockets, BareTls tls) throws IOException {
        Octets.writeAll(sockets.client(), ByteBuffer.wrap(tls.take()));
        int turns = 0;
        Want want = Want.AGAIN;
        while (want == Want.AGAIN) {
            want = channel.advance(
                    Runnable::run,
                    () -> {},
                    TimeSlice.shared(() -> now += TimeSlice.NANOS),
                    UpgradeDriver.ForeignCode.OWN_THREAD);
            turns++;
        }
        assertThat(want).isEqualTo(Want.READ);
        return turns;
    }

    @Test
    void what_came_in_time_counts_when_others_have_kept_the_thread_beyond_the_deadline() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel channel = waiting(sockets);
            Octets.writeAll(sockets.client(), Octets.of("HOG\r\n"));
            ChannelNonBlockingTest.awaitReadable(sockets.server());
            now += 2 * UpgradeLimits.DEFAULT.timePerCommand().toNanos();
            assertThat(advance(channel)).isEqualTo(Want.READ);
            assertThat(served).containsExactly("HOG");
            assertThat(advance(channel)).isEqualTo(Want.READ);
        }
    }

    @Test
    void the_time_that_a_handler_takes_is_not_the_clients() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel channel = waiting(sockets);
            long time = UpgradeLimits.DEFAULT.timePerCommand().toNanos();
            Octets.writeAll(sockets.client(), Octets.of("SLOW\r\n"));
            while (served.isEmpty()) {
                assertThat(advance(channel)).isNotEqualTo(Want.NOTHING);
            }
            now += time - 1;
            assertThat(advance(channel)).isEqualTo(Want.READ);
            now += 1;
            assertThatThrownBy(() -> advance(channel)).isInstanceOf(UpgradeException.class);
        }
    }

    @Test
    void a_peer_that_was_silent_is_late_however_late_that_is_noticed() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel channel = waiting(sockets);
            now += UpgradeLimits.DEFAULT.timePerPhase().toNanos();
            assertThatThrownBy(() -> advance(channel))
                    .isInstanceOfSatisfying(
                            UpgradeException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.TIMEOUT));
        }
    }

    private StartTlsChannel waiting(Loopback sockets) throws IOException {
        sockets.server().configureBlocking(false);
        StartTlsChannel channel = StartTlsChannel.over(sockets.server(), connection());
        assertThat(advance(channel)).isEqualTo(Want.READ);
        return channel;
    }

    private Want advance(StartTlsChannel channel) throws IOException {
        return channel.advance(
                Runnable::run, () -> {}, TimeSlice.shared(() -> now), UpgradeDriver.ForeignCode.OWN_THREAD);
    }

    private static SocketChannel say(ServerSocketChannel server, String lines) throws IOException {
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        Octets.writeAll(client, Octets.of(lines));
        return client;
    }

    private UpgradeConnection connection() {
        return new UpgradeConnection(
                new Clocked(), UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC), new Peer("127.0.0.1", -1));
    }

    /** Called on the loop's thread. */
    private interface Heard {
        void line(String line) throws IOException;
    }

    /** Notes each line, and ends the loop when the honest one has come. */
    private final class Clocked extends GreetingServer {

        @Override
        public Step received(String line) {
            served.add(line);
            try {
                heard.line(line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            now += line.equals("SLOW") ? UpgradeLimits.DEFAULT.timePerCommand().toNanos() + 1 : PER_LINE;
            if (line.equals("honest")) {
                loop.closeNow();
            }
            return Step.send(Phase.CAPABILITY, "OK");
        }
    }
}
