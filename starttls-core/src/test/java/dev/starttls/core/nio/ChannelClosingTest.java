package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.ChoppingChannel;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ParameterizedClass
@EnumSource
class ChannelClosingTest {

    private static final String BOTH_DIRECTIONS = "this engine closes both directions at once: see EngineSource";

    private final EngineMaker engines;
    private final Pairs pairs;

    ChannelClosingTest(EngineMaker engines) {
        this.engines = engines;
        pairs = new Pairs(engines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_close_is_the_end_of_the_stream_to_the_peer(String version) throws Exception {
        try (Pair pair = pairs.upgraded(version)) {
            pair.client().write(Octets.of("last"));
            pair.client().close();
            assertThat(Octets.readToEnd(pair.server())).hasSize(4);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            pair.server().close();
        }
    }

    @Test
    void closing_again_has_no_effect_and_a_closed_channel_refuses_all() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            StartTlsChannel closed = pair.client();
            assertThat(closed.isOpen()).isTrue();
            closed.close();
            closed.close();
            Pair.run(closed::close).get(30, TimeUnit.SECONDS);
            assertThat(closed.isOpen()).isFalse();
            assertThat(closed.isSecure()).isFalse();
            assertThat(closed.holdsBuffers()).isFalse();
            assertThatThrownBy(() -> closed.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> closed.write(Octets.of("a"))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> closed.write(new ByteBuffer[] {Octets.of("a")}))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(closed::flush).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(closed::shutdownOutput).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(closed::advance).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void a_channel_whose_transport_was_closed_is_closed() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            pair.sockets().client().close();
            assertThat(pair.client().isOpen()).isFalse();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(ClosedChannelException.class);
            assertThat(pair.client().holdsBuffers()).isFalse();
            pair.client().close();
        }
    }

    @RepeatedTest(20)
    void a_close_wakes_a_blocked_reader() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Void> reader = Pair.run(() -> {
                begun.countDown();
                pair.client().read(ByteBuffer.allocate(1));
            });
            begun.await();
            pair.client().close();
            assertClosed(reader);
            // close_notify was sent although a thread was reading.
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(pair.client().holdsBuffers()).isFalse();
        }
    }

    @RepeatedTest(5)
    void a_close_wakes_a_blocked_writer_and_a_blocked_reader() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            CountDownLatch full = new CountDownLatch(64);
            CompletableFuture<Void> writer = Pair.run(() -> {
                while (true) {
                    full.countDown();
                    pair.client().write(ByteBuffer.allocate(100_000));
                }
            });
            CompletableFuture<Void> reader = Pair.run(() -> pair.client().read(ByteBuffer.allocate(1)));
            // The kernel takes a few megabytes; then the latch stands still.
            boolean unused = full.await(100, TimeUnit.MILLISECONDS);
            Pair.run(pair.client()::close).get(30, TimeUnit.SECONDS);
            assertClosed(writer);
            assertClosed(reader);
            assertThat(pair.client().holdsBuffers()).isFalse();
        }
    }

    @RepeatedTest(20)
    void a_close_wakes_a_blocked_upgrade() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Void> upgrade = Pair.run(() -> {
                begun.countDown();
                pair.client().upgrade();
            });
            begun.await();
            pair.client().close();
            // Closed before it had begun, it is no upgrade that fails.
            assertThatThrownBy(() -> upgrade.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfAny(UpgradeException.class, ClosedChannelException.class)
                    .satisfies(thrown -> assertThat(thrown instanceof UpgradeException ? thrown.getCause() : thrown)
                            .isInstanceOf(ClosedChannelException.class));
            assertThat(pair.client().holdsBuffers()).isFalse();
        }
    }

    @Test
    void closing_again_ends_the_wait_for_a_peer_that_does_not_answer() throws Exception {
        UpgradeLimits patient = UpgradeLimits.DEFAULT.withTimeToClose(Duration.ofMinutes(10));
        try (Pair pair = Pair.upgraded(pairs.clientSettings().withLimits(patient), pairs.serverSettings())) {
            CompletableFuture<Void> first = Pair.run(pair.client()::close);
            // It waits once its close_notify has come over.
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            pair.client().close();
            first.get(30, TimeUnit.SECONDS);
            assertThat(pair.client().isOpen()).isFalse();
        }
    }

    @Test
    void the_close_notify_of_the_peer_is_awaited_and_data_before_it_dropped() throws Exception {
        Assumptions.assumeFalse(engines == EngineMaker.BOUNCY_CASTLE, BOTH_DIRECTIONS);
        UpgradeLimits patient = UpgradeLimits.DEFAULT.withTimeToClose(Duration.ofMinutes(10));
        try (Pair pair = Pair.upgraded(pairs.clientSettings().withLimits(patient), Pair.serverSettings())) {
            CompletableFuture<Void> closing = Pair.run(pair.client()::close);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(closing).isNotDone();
            Octets.writeAll(pair.server(), ByteBuffer.wrap(Octets.random(50_000, 2)));
            pair.server().shutdownOutput();
            closing.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_peer_that_never_answers_a_close_is_awaited_no_longer_than_set() throws Exception {
        UpgradeLimits hasty = UpgradeLimits.DEFAULT.withTimeToClose(Duration.ofMillis(50));
        try (Pair pair = Pair.upgraded(pairs.clientSettings().withLimits(hasty), pairs.serverSettings())) {
            pair.client().close();
            assertThat(pair.client().isOpen()).isFalse();
        }
    }

    @Test
    void a_half_closed_channel_reads_on() throws Exception {
        Assumptions.assumeFalse(engines == EngineMaker.BOUNCY_CASTLE, BOTH_DIRECTIONS);
        // The peer's engine must go on writing after a close_notify that it got: SunJSSE's does, no other.
        try (Pair pair = Pair.upgraded(pairs.clientSettings(), Pair.serverSettings())) {
            pair.client().shutdownOutput();
            pair.client().shutdownOutput();
            assertThatThrownBy(() -> pair.client().write(Octets.of("a"))).isInstanceOf(ClosedChannelException.class);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            byte[] rest = Octets.random(100_000, 3);
            CompletableFuture<Void> writer = Pair.run(() -> {
                Octets.writeAll(pair.server(), ByteBuffer.wrap(rest));
                pair.server().close();
            });
            assertThat(Octets.readToEnd(pair.client())).isEqualTo(rest);
            writer.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void octets_that_an_engine_drops_after_its_close_are_no_end_of_stream() throws Exception {
        Assumptions.assumeTrue(engines == EngineMaker.BOUNCY_CASTLE, "this engine closes one direction alone");
        try (Pair pair = Pair.upgraded(pairs.clientSettings(), Pair.serverSettings())) {
            pair.client().shutdownOutput();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            pair.server().write(Octets.of("abc"));
            pair.server().close();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(TruncatedException.class);
        }
    }

    @Test
    void a_peer_of_tls_1_2_closes_when_it_gets_close_notify() throws Exception {
        try (Pair pair = pairs.upgraded("TLSv1.2")) {
            pair.client().shutdownOutput();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            // RFC 5246 section 7.2.1: the peer answers with a close_notify of its own, and can write no more.
            if (engines != EngineMaker.BOUNCY_CASTLE) {
                assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            assertThatThrownBy(() -> pair.server().write(Octets.of("a"))).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void an_end_without_close_notify_is_reported_as_truncation_and_stays_one() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            pair.client().write(Octets.of("abc"));
            pair.sockets().client().close();
            assertThat(Octets.text(pair.server(), 3)).isEqualTo("abc");
            ByteBuffer target = ByteBuffer.allocate(10);
            assertThatThrownBy(() -> pair.server().read(target)).isInstanceOf(TruncatedException.class);
            assertThatThrownBy(() -> pair.server().read(target))
                    .isInstanceOf(SSLException.class)
                    .hasCauseInstanceOf(TruncatedException.class);
            assertThatThrownBy(() -> pair.server().write(Octets.of("a"))).isInstanceOf(SSLException.class);
            pair.server().close();
            assertThat(pair.server().holdsBuffers()).isFalse();
        }
    }

    @Test
    void an_end_without_close_notify_is_an_end_if_set_so() throws Exception {
        try (Pair pair = Pair.upgraded(
                pairs.clientSettings(),
                pairs.serverSettings()
                        .withTls(pairs.serverTls()
                                .truncation(Truncation.ACCEPTED)
                                .build()))) {
            pair.client().write(Octets.of("abc"));
            pair.sockets().client().close();
            assertThat(Octets.readToEnd(pair.server())).hasSize(3);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void a_truncation_after_data_does_not_take_the_data_away() throws Exception {
        try (Pair pair = Pair.connected(
                        pairs.clientSettings(),
                        pairs.serverSettings(),
                        channel -> channel,
                        channel -> new ChoppingChannel(channel, 100_000, 4))
                .upgrade()) {
            pair.client().write(Octets.of("abc"));
            pair.sockets().client().close();
            ByteBuffer[] targets = {ByteBuffer.allocate(1), ByteBuffer.allocate(1), ByteBuffer.allocate(10)};
            assertThat(pair.server().read(targets)).isEqualTo(3);
            assertThatThrownBy(() -> pair.server().read(targets)).isInstanceOf(TruncatedException.class);
        }
    }

    /** An AsynchronousCloseException if it had begun to block, its parent if not. */
    private static void assertClosed(CompletableFuture<Void> failing) {
        assertThatThrownBy(() -> failing.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ClosedChannelException.class);
    }
}
