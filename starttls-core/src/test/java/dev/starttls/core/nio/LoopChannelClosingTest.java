package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.LoopSessions.Session;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a loop adopts, how long it has it, and how that ends. */
@Timeout(300)
class LoopChannelClosingTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static ByteBuffer some() {
        return ByteBuffer.allocate(10);
    }

    @Test
    void closing_fails_what_is_under_way_and_what_comes_after() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> read = session.loop().read(some());
            CompletableFuture<Integer> write = session.loop().write(ByteBuffer.allocate(800_000));
            session.loop().close();
            assertThat(session.loop().isOpen()).isFalse();
            assertThat(RunningLoop.thrown(read)).isInstanceOf(AsynchronousCloseException.class);
            assertThat(RunningLoop.thrown(write)).isInstanceOf(AsynchronousCloseException.class);
            assertThat(RunningLoop.thrown(session.loop().read(some())))
                    .isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(RunningLoop.thrown(session.loop().write(some())))
                    .isExactlyInstanceOf(ClosedChannelException.class);
            session.loop().close();
            loop.pass();
            assertThat(loop.loop().underway()).isZero();
            assertThat(session.original().holdsBuffers()).isFalse();
            assertThat(loop.faults()).isEmpty();
        }
    }

    @Test
    void closing_says_close_notify() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.loop().close();
            assertThat(session.peer().read(some())).isEqualTo(-1);
        }
    }

    @Test
    void closing_what_was_adopted_closes_it_on_the_loop() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> read = session.loop().read(some());
            session.original().close();
            assertThat(RunningLoop.thrown(read)).isInstanceOf(AsynchronousCloseException.class);
            loop.pass();
            assertThat(loop.loop().underway()).isZero();
        }
    }

    @Test
    void a_handler_may_close_its_channel() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Void> closed =
                    session.loop().read(some()).thenAccept(count -> Quietly.close(session.loop()));
            CompletableFuture<Integer> write = session.loop().write(ByteBuffer.allocate(800_000));
            session.peer().write(Octets.of("x"));
            LoopSessions.await(closed);
            assertThat(RunningLoop.thrown(write)).isInstanceOf(AsynchronousCloseException.class);
            loop.pass();
            assertThat(loop.loop().underway()).isZero();
            assertThat(loop.faults()).isEmpty();
        }
    }

    @Test
    void no_call_of_what_was_adopted_but_close_ends_the_session() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            StartTlsChannel adopted = session.original();
            List<ThrowingCallable> calls = List.of(
                    adopted::advance,
                    () -> adopted.read(some()),
                    () -> adopted.write(some()),
                    adopted::flush,
                    adopted::shutdownOutput,
                    adopted::upgrade);
            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call).isInstanceOf(IllegalStateException.class);
                session.peer().write(Octets.of("x"));
                assertThat(LoopSessions.await(session.loop().read(some()))).isEqualTo(1);
            }
        }
    }

    @Test
    void why_a_session_was_closed_speaks_of_the_session_and_not_of_its_upgrade() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> write = session.loop().write(ByteBuffer.allocate(800_000));
            session.loop().read(some()).cancel(false);
            assertThat(RunningLoop.thrown(write))
                    .cause()
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageStartingWith("Expected the session to go on, but the future")
                    .hasMessageEndingWith("is not known: connect again");
            Session other = loop.session("TLSv1.3");
            CompletableFuture<Integer> read = other.loop().read(some());
            loop.loop().closeNow();
            assertThat(RunningLoop.thrown(read))
                    .cause()
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("it was shut down");
        }
    }

    @Test
    void after_the_loop_has_ended_a_call_fails_before_it_returns_and_the_channel_is_not_open() throws Exception {
        LoopSessions loop = new LoopSessions();
        Session session = loop.session("TLSv1.3");
        loop.close();
        Thread caller = Thread.currentThread();
        List<String> seen = new ArrayList<>();
        session.loop().read(some(), "", new CompletionHandler<Integer, String>() {
            @Override
            public void completed(Integer count, String none) {
                seen.add("completed");
            }

            @Override
            public void failed(Throwable thrown, String none) {
                seen.add(session.loop().isOpen() + " " + (Thread.currentThread() == caller));
            }
        });
        assertThat(seen).containsExactly("false true");
    }

    @Test
    void cancelling_a_read_closes_the_channel() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            CompletableFuture<Integer> write = session.loop().write(ByteBuffer.allocate(800_000));
            session.loop().read(some()).cancel(false);
            assertThat(RunningLoop.thrown(write))
                    .isInstanceOf(AsynchronousCloseException.class)
                    .cause()
                    .hasMessageContaining("cancelled");
            loop.pass();
            assertThat(session.loop().isOpen()).isFalse();
            assertThat(loop.loop().underway()).isZero();
        }
    }

    @Test
    void completing_a_read_from_elsewhere_closes_the_channel() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            assertThat(session.loop().read(some()).complete(7)).isTrue();
            loop.pass();
            assertThat(session.loop().isOpen()).isFalse();
        }
    }

    @Test
    void a_loop_that_is_closed_now_closes_its_channels_and_says_why() throws Exception {
        LoopSessions loop = new LoopSessions();
        Session session = loop.session("TLSv1.3");
        Session idle = loop.session("TLSv1.3");
        CompletableFuture<Integer> read = session.loop().read(some());
        loop.close();
        assertThat(RunningLoop.thrown(read))
                .isInstanceOf(AsynchronousCloseException.class)
                .hasCauseInstanceOf(IOException.class)
                .cause()
                .hasMessageContaining("it was shut down");
        assertThat(idle.loop().isOpen()).isFalse();
        assertThat(RunningLoop.thrown(idle.loop().read(some()))).isExactlyInstanceOf(ClosedChannelException.class);
        assertThat(session.peer().read(some())).isEqualTo(-1);
        assertThat(loop.loop().underway()).isZero();
        CompletableFuture<LoopChannel> late = loop.adopt(
                LoopSessions.upgraded("TLSv1.3", UnaryOperator.identity()).client());
        assertThat(RunningLoop.failure(late).reason()).isEqualTo(FailureReason.REJECTED);
    }

    @Test
    void a_loop_that_is_closed_in_order_ends_when_its_channels_are_closed() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            loop.loop().close();
            session.peer().write(Octets.of("hello"));
            assertThat(LoopSessions.await(session.loop().read(some()))).isEqualTo(5);
            assertThat(loop.loop().stopped().isDone()).isFalse();
            session.loop().close();
            LoopSessions.await(loop.loop().stopped());
        }
    }

    @Test
    void a_read_that_is_late_fails_and_the_next_one_goes_on() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.loop().readTimeout(LIMIT);
            CompletableFuture<Integer> read = session.loop().read(some());
            loop.elapse(LIMIT.toNanos() - 1);
            assertThat(read.isDone()).isFalse();
            loop.elapse(1);
            assertThat(RunningLoop.thrown(read))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("10000");
            session.peer().write(Octets.of("late"));
            assertThat(LoopSessions.await(session.loop().read(some()))).isEqualTo(4);
        }
    }

    @Test
    void what_has_come_before_the_loop_looked_is_not_late() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.loop().readTimeout(LIMIT);
            CompletableFuture<Integer> read = session.loop().read(some());
            loop.pass();
            // The loop is busy with something else meanwhile.
            loop.inLoop(() -> {
                session.peer().write(Octets.of("x"));
                ChannelNonBlockingTest.awaitReadable(session.sockets().client());
                loop.clock(LIMIT.toNanos() * 2);
            });
            assertThat(LoopSessions.await(read)).isEqualTo(1);
        }
    }

    @Test
    void a_write_that_is_late_fails_and_loses_nothing() throws Exception {
        int octets = 800_000;
        byte[] sent = Octets.random(octets, 5);
        try (LoopSessions loop = new LoopSessions()) {
            Session session = loop.session("TLSv1.3");
            session.loop().writeTimeout(LIMIT);
            ByteBuffer src = ByteBuffer.wrap(sent);
            CompletableFuture<Integer> write = session.loop().write(src);
            while (!write.isDone()) {
                loop.elapse(LIMIT.toNanos());
            }
            assertThat(RunningLoop.thrown(write)).isInstanceOf(SocketTimeoutException.class);
            assertThat(src.position()).isBetween(1, octets - 1);
            CompletableFuture<byte[]> read = new CompletableFuture<>();
            CompletableFuture<Void> reader = Pair.run(() -> read.complete(Octets.read(session.peer(), octets)));
            assertThat(LoopSessions.await(session.loop().write(src))).isPositive();
            LoopSessions.await(reader);
            assertThat(LoopSessions.await(read)).isEqualTo(sent);
        }
    }

    @Test
    void a_loop_takes_no_more_than_it_has_room_for_and_closes_what_it_does_not_take() throws Exception {
        try (LoopSessions loop = new LoopSessions(1, Runnable::run)) {
            Session session = loop.session("TLSv1.3");
            Pair other = LoopSessions.upgraded("TLSv1.3", UnaryOperator.identity());
            UpgradeException full = RunningLoop.failure(loop.adopt(other.client()));
            assertThat(full.reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(full).hasMessageContaining("1 underway");
            assertThat(other.client().isOpen()).isFalse();
            session.loop().close();
            loop.pass();
            assertThat(loop.session("TLSv1.3").loop().isOpen()).isTrue();
        }
    }

    @Test
    void a_loop_that_is_full_has_room_for_the_session_that_it_has_just_upgraded() throws Exception {
        try (RunningLoop servers = new RunningLoop();
                RunningLoop running = new RunningLoop(1, Runnable::run)) {
            ServerSocketChannel server = servers.listen();
            for (int i = 0; i < 3; i++) {
                LoopChannel session = LoopSessions.await(running.connect(server).thenCompose(running.loop()::adopt));
                assertThat(running.loop().underway()).isEqualTo(1);
                session.close();
                while (running.loop().underway() > 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void the_owner_of_an_adopted_channel_cannot_use_it_beside_the_loop() throws Exception {
        try (LoopSessions loop = new LoopSessions()) {
            StartTlsChannel original = loop.session("TLSv1.3").original();
            for (Pair.Work use : List.<Pair.Work>of(
                    () -> original.read(some()),
                    () -> original.write(some()),
                    original::flush,
                    original::shutdownOutput,
                    () -> original.read(new ByteBuffer[] {some()}),
                    () -> original.write(new ByteBuffer[] {some()}))) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("use the LoopChannel");
            }
            assertThat(RunningLoop.thrown(loop.adopt(original))).hasMessageContaining("release it there first");
            assertThat(original.isOpen()).isTrue();
        }
    }

    @Test
    void what_cannot_be_adopted_is_left_as_it_is() throws Exception {
        try (LoopSessions loop = new LoopSessions();
                Selector selector = Selector.open();
                Loopback sockets = Loopback.open()) {
            StartTlsChannel unready =
                    StartTlsChannel.over(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            assertThat(RunningLoop.thrown(loop.adopt(unready)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("whose upgrade is done");
            assertThat(unready.isOpen()).isTrue();

            Pair recorded = Pair.connected(
                            Pair.clientSettings(),
                            Pair.serverSettings(),
                            RecordingChannel::new,
                            UnaryOperator.identity())
                    .upgrade();
            assertThat(RunningLoop.thrown(loop.adopt(recorded.client())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("RecordingChannel");

            Pair registered = Pair.upgraded();
            registered.sockets().client().configureBlocking(false).register(selector, 0);
            assertThat(RunningLoop.thrown(loop.adopt(registered.client())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("registered with no selector");
            assertThat(registered.client().isOpen()).isTrue();

            Pair read = Pair.upgraded();
            CompletableFuture<Void> reader = Pair.run(() -> read.client().read(some()));
            while (!read.client().halves().reading().lock().isLocked()) {
                Thread.onSpinWait();
            }
            assertThat(RunningLoop.thrown(loop.adopt(read.client())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no other thread uses");
            read.server().write(Octets.of("x"));
            LoopSessions.await(reader);
            assertThat(LoopSessions.await(loop.adopt(read.client())).isOpen()).isTrue();

            Pair closed = Pair.upgraded();
            closed.client().close();
            assertThat(RunningLoop.thrown(loop.adopt(closed.client()))).isInstanceOf(ClosedChannelException.class);
            assertThat(loop.loop().underway()).isEqualTo(1);
        }
    }

    @Test
    void a_channel_is_released_and_adopted_again_with_what_had_come() throws Exception {
        try (LoopSessions loop = new LoopSessions(1, Runnable::run)) {
            Session session = loop.session("TLSv1.3");
            session.peer().write(Octets.of("abcdef"));
            assertThat(LoopSessions.await(session.loop().read(ByteBuffer.allocate(2))))
                    .isEqualTo(2);
            CompletableFuture<Integer> pending = session.loop().read(ByteBuffer.allocate(2));
            assertThat(LoopSessions.await(pending)).isEqualTo(2);
            StartTlsChannel released = LoopSessions.await(session.loop().release());
            assertThat(released).isSameAs(session.original());
            assertThat(session.loop().isOpen()).isFalse();
            session.loop().close();
            session.sockets().client().configureBlocking(true);
            assertThat(Octets.text(released, 1)).isEqualTo("e");
            // Its place is free once what depends on the release has run.
            loop.pass();
            LoopChannel again = LoopSessions.await(loop.adopt(released));
            assertThat(LoopSessions.await(LoopSessions.readAll(again, 1))).isEqualTo(new byte[] {'f'});
            CompletableFuture<Integer> read = again.read(some());
            assertThat(RunningLoop.thrown(again.release()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("pending read");
            assertThat(read.isDone()).isFalse();
        }
    }

    @Test
    void a_thousand_sessions_are_served_by_two_threads() throws Exception {
        int sessions = 1_000;
        try (RunningLoop running = new RunningLoop();
                RunningLoop clients = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            List<CompletableFuture<LoopChannel>> opened = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                opened.add(clients.connect(server).thenCompose(clients.loop()::adopt));
            }
            for (int i = 0; i < sessions; i++) {
                LoopSessions.await(opened.get(i));
                var unused = running.loop().adopt(running.handedOver()).thenAccept(LoopChannelClosingTest::echo);
            }
            for (int round = 0; round < 3; round++) {
                List<CompletableFuture<byte[]>> heard = new ArrayList<>();
                for (CompletableFuture<LoopChannel> each : opened) {
                    LoopChannel channel = LoopSessions.await(each);
                    heard.add(channel.write(Octets.of("hello" + round))
                            .thenCompose(n -> LoopSessions.readAll(channel, 6)));
                }
                for (CompletableFuture<byte[]> each : heard) {
                    assertThat(each.get(60, TimeUnit.SECONDS))
                            .isEqualTo(("hello" + round).getBytes(StandardCharsets.US_ASCII));
                }
            }
            assertThat(clients.loop().underway()).isEqualTo(sessions);
            assertThat(running.faults()).isEmpty();
            assertThat(clients.faults()).isEmpty();
        }
    }

    private static void echo(LoopChannel channel) {
        ByteBuffer octets = ByteBuffer.allocate(100);
        var unused = channel.read(octets)
                .thenCompose(count -> channel.write(octets.flip()))
                .thenAccept(count -> echo(channel));
    }
}
