package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client inside TLS, and hundreds that are not, all of which have said something before the loop serves the first. The
 * clock is the test's: a step of those that upgrade takes 3 ms of it, as a handshake does, and a line inside TLS 0.1 ms.
 */
@Timeout(120)
class LoopStormTest {

    private static final long STEP_NANOS = 3_000_000;
    private static final long LINE_NANOS = 100_000;
    private static final int MANY = 200;
    /** How many steps fit into the time of a turn, with the one that goes beyond it. */
    private static final int STEPS_PER_TURN = (int) (SelectorLoop.UPGRADE_NANOS / STEP_NANOS) + 1;

    /** Added to by the loop's thread. */
    private final List<String> served = new CopyOnWriteArrayList<>();

    private final List<SocketChannel> others = new ArrayList<>();
    private final CountDownLatch allHaveSpoken = new CountDownLatch(1);
    private UpgradeSettings settings = Pair.serverSettings();
    private int accepted;
    private long now;
    private Selector selector;
    private ServerSocketChannel server;
    private SelectorLoop loop;
    private CompletableFuture<Void> run;
    private SSLSocket insider;

    @BeforeEach
    void open() throws IOException {
        selector = Selector.open();
        server = ServerSocketChannel.open().bind(Loopback.anyPort(), 2 * MANY);
        loop = new SelectorLoop(selector, 2 * MANY, Runnable::run, () -> now);
    }

    @AfterEach
    void close() throws Exception {
        allHaveSpoken.countDown();
        loop.closeNow();
        run.get(30, TimeUnit.SECONDS);
        insider.close();
        for (SocketChannel other : others) {
            other.close();
        }
    }

    @Test
    void a_session_inside_tls_waits_for_one_turn_of_those_that_are_not() throws Exception {
        begin(MANY, line -> {
            if (line.startsWith("STEP") && (served.size() - 1) % 20 == 0) {
                say("NOOP");
            }
        });
        sayAll("STEP");
        awaitAnswers(1);
        List<Integer> asked = new ArrayList<>();
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < served.size(); i++) {
            if (served.get(i).equals("NOOP")) {
                answered.add(i);
            } else if (i % 20 == 0) {
                asked.add(i);
            }
        }
        assertThat(answered.size()).isGreaterThan(asked.size() / 2);
        int[] waits = IntStream.range(0, answered.size())
                .map(i -> answered.get(i) - asked.get(i))
                .sorted()
                .toArray();
        // Half of them: the system may take its time to bring one.
        assertThat(waits[waits.length / 2]).isBetween(1, 2 * STEPS_PER_TURN);
    }

    @Test
    void clients_that_have_waited_for_the_loop_are_served_again_when_they_speak_again() throws Exception {
        begin(MANY, line -> {});
        sayAll("STEP");
        awaitAnswers(1);
        sayAll("STEP");
        awaitAnswers(1);
        assertThat(served).hasSize(2 * MANY);
    }

    @Test
    void a_server_that_has_waited_for_the_loop_goes_on_accepting() throws Exception {
        begin(MANY, line -> {});
        // The loop is busy with the first, when this one is to be accepted.
        others.add(SocketChannel.open(server.getLocalAddress()));
        sayAll("STEP");
        assertThat(Octets.text(others.remove(MANY), 4)).isEqualTo("HI\r\n");
        awaitAnswers(1);
        try (SocketChannel late = SocketChannel.open(server.getLocalAddress())) {
            assertThat(Octets.text(late, 4)).isEqualTo("HI\r\n");
        }
    }

    @Test
    void the_time_for_which_the_loop_keeps_one_waiting_is_not_its_peers() throws Exception {
        Duration limit = Duration.ofNanos(MANY * STEP_NANOS / 4);
        settings = settings.withLimits(
                UpgradeLimits.DEFAULT.withTimePerPhase(limit).withTimePerCommand(limit));
        begin(MANY, line -> {});
        // Each is a turn, so that what is left of them waits for all others.
        sayAll("STEP\r\nSTEP\r\nSTEP");
        awaitAnswers(3);
        assertThat(served).hasSize(3 * MANY);
    }

    @Test
    void upgrades_have_half_of_the_time_while_one_inside_tls_keeps_speaking() throws Exception {
        int few = 20;
        begin(few, line -> {});
        say("WAIT\r\n" + "NOOP\r\n".repeat(2_000) + "LAST");
        sayAll("STEP");
        awaitAnswers(1);
        assertThat(served.stream().takeWhile(line -> !line.equals("LAST")).filter("STEP"::equals))
                .hasSize(few);
    }

    /** Brings the client inside TLS, and so many others to where the server awaits what they say. */
    private void begin(int count, Heard heard) throws Exception {
        new Acceptor(loop, server, peer -> connection(accepted++ == 0, heard), channel -> {}).begin();
        run = Pair.run(loop::run);
        insider = (SSLSocket) TestCertificates.shared()
                .client()
                .getSocketFactory()
                .createSocket(server.socket().getInetAddress(), server.socket().getLocalPort());
        insider.startHandshake();
        assertThat(insider.getInputStream().readNBytes(4)).isEqualTo("HI\r\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < count; i++) {
            others.add(SocketChannel.open(server.getLocalAddress()));
        }
        for (SocketChannel other : others) {
            assertThat(Octets.text(other, 4)).isEqualTo("HI\r\n");
        }
    }

    /** Each of the others says it before any is served. */
    private void sayAll(String lines) throws IOException {
        for (SocketChannel other : others) {
            Octets.writeAll(other, Octets.of(lines + "\r\n"));
        }
        allHaveSpoken.countDown();
    }

    private void awaitAnswers(int each) throws IOException {
        for (SocketChannel other : others) {
            assertThat(Octets.text(other, each * 4)).isEqualTo("OK\r\n".repeat(each));
        }
    }

    private void say(String line) {
        try {
            insider.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private UpgradeConnection connection(boolean first, Heard heard) {
        UpgradeSettings mine = settings.withPolicy(first ? TlsPolicy.IMPLICIT : TlsPolicy.OPPORTUNISTIC);
        return new UpgradeConnection(new Slow(heard), mine, new Peer("127.0.0.1", -1));
    }

    /** Called on the loop's thread. */
    private interface Heard {
        void line(String line);
    }

    private final class Slow extends GreetingServer {

        private final Heard heard;

        Slow(Heard heard) {
            this.heard = heard;
        }

        @Override
        public Step received(String line) {
            try {
                assertThat(allHaveSpoken.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            served.add(line);
            now += line.equals("STEP") ? STEP_NANOS : LINE_NANOS;
            heard.line(line);
            return Step.send(Phase.CAPABILITY, "OK");
        }

        @Override
        public Step secured() {
            return Step.send(Phase.CAPABILITY, "HI");
        }
    }
}
