package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong on one connection, thrown by whatever, ends that connection and no other. */
@Timeout(120)
class LoopContainmentTest {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** What a handler does to the thread of its loop. */
    enum Misdeed {
        THROWS_AN_ERROR {
            @Override
            void happen() {
                throw new AssertionError("a fault in a handler");
            }
        },
        OVERFLOWS_THE_STACK {
            @Override
            void happen() {
                throw new StackOverflowError("a fault in a handler");
            }
        },
        THROWS_WHAT_NOBODY_DECLARES {
            @Override
            void happen() {
                LoopContainmentTest.<RuntimeException>throwAnything(new Exception("a fault in a handler"));
            }
        },
        FAILS_TO_WRITE_A_FILE {
            @Override
            void happen() {
                LoopContainmentTest.<RuntimeException>throwAnything(new java.io.IOException("a fault in a handler"));
            }
        },
        MISSES_A_CLASS {
            @Override
            void happen() {
                throw new NoClassDefFoundError("a fault in a handler");
            }
        };

        abstract void happen();
    }

    @ParameterizedTest
    @EnumSource
    void an_error_of_a_handler_ends_its_own_connection(Misdeed misdeed) throws Exception {
        try (Innocent innocent = new Innocent(Runnable::run)) {
            LinkedBlockingQueue<UpgradeException> heard = new LinkedBlockingQueue<>();
            ServerSocketChannel server = innocent.listen(peer -> answering(misdeed::happen, heard::add));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                Octets.writeAll(client, Octets.of("LINE\r\n"));
                assertThat(Octets.readToEnd(client)).isEmpty();
            }
            UpgradeException failed = heard.poll(30, TimeUnit.SECONDS);
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).hasRootCauseMessage("a fault in a handler");
            innocent.assertUnharmed();
        }
    }

    @Test
    void an_interrupt_that_a_handler_leaves_set_is_taken_back_and_reported() throws Exception {
        try (Innocent innocent = new Innocent(Runnable::run)) {
            ServerSocketChannel server = innocent.listen(
                    peer -> answering(() -> Thread.currentThread().interrupt(), why -> {}));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                Octets.writeAll(client, Octets.of("LINE\r\nLINE\r\n"));
                assertThat(Octets.text(client, 8)).isEqualTo("OK\r\nOK\r\n");
            }
            innocent.assertUnharmed();
            assertThat(innocent.running.faults()).isNotEmpty().allSatisfy(fault -> assertThat(fault)
                    .hasMessageContaining("interrupted"));
        }
    }

    @Test
    void no_interrupt_that_code_of_the_application_leaves_anywhere_ends_the_loop() throws Exception {
        UpgradeListener interrupting = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                Thread.currentThread().interrupt();
            }
        };
        UpgradeSettings settings = Pair.clientSettings().withListener(interrupting);
        try (Innocent innocent = new Innocent(Runnable::run);
                SocketChannel unconnected = SocketChannel.open();
                Loopback sockets = Loopback.open();
                ServerSocketChannel closed = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            innocent.running.thread().setUncaughtExceptionHandler((thread, fault) -> thread.interrupt());
            UpgradeLoop loop = innocent.running.loop();
            RunningLoop.failure(loop.upgrade(unconnected, Pair.clientConnection(settings)));
            CompletableFuture<StartTlsChannel> first =
                    loop.upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("HI\r\n");
            RunningLoop.failure(loop.upgrade(sockets.server(), Pair.clientConnection(settings)));
            assertThat(first).isNotDone();
            CompletableFuture<Void> dependent = innocent.running
                    .loop()
                    .listen(closed, peer -> null, channel -> {})
                    .thenRun(() -> {
                        // Where it was completed before, it is the test's thread that runs this.
                        if (Thread.currentThread() == innocent.running.thread()) {
                            Thread.currentThread().interrupt();
                        }
                    });
            dependent.get(30, TimeUnit.SECONDS);
            ServerSocketChannel refusing = innocent.listen(peer -> {
                Thread.currentThread().interrupt();
                return null;
            });
            try (SocketChannel client = SocketChannel.open(refusing.getLocalAddress())) {
                assertThat(Octets.readToEnd(client)).isEmpty();
            }
            assertThat(refusing.isOpen()).isTrue();
            innocent.assertUnharmed();
        }
    }

    @Test
    void an_error_of_a_listener_ends_its_own_connection_typed() throws Exception {
        UpgradeListener faulty = new UpgradeListener() {
            @Override
            public void proposed() {
                throw new NoClassDefFoundError("metrics");
            }

            @Override
            public void failed(UpgradeException why) {
                throw new AssertionError("a listener that fails of failures");
            }
        };
        try (Innocent innocent = new Innocent(Runnable::run)) {
            UpgradeException failed = RunningLoop.failure(innocent.running.connect(
                    innocent.running.listen(),
                    Pair.clientConnection(Pair.clientSettings().withListener(faulty))));
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            innocent.assertUnharmed();
        }
    }

    @Test
    void an_error_of_the_executor_ends_its_own_connection_typed() throws Exception {
        AtomicReference<Error> thrown = new AtomicReference<>();
        try (Innocent innocent = new Innocent(task -> {
            if (thrown.get() != null) {
                throw thrown.get();
            }
            task.run();
        })) {
            ServerSocketChannel server = innocent.running.listen();
            thrown.set(new OutOfMemoryError("unable to create a native thread"));
            UpgradeException failed = RunningLoop.failure(innocent.running.connect(server));
            assertThat(failed.reason()).isIn(FailureReason.LOCAL_ERROR, FailureReason.CONNECTION_CLOSED);
            thrown.set(null);
            innocent.assertUnharmed();
        }
    }

    @Test
    void an_error_of_a_trust_manager_ends_its_own_connection_typed() throws Exception {
        UpgradeSettings faulty = Pair.clientSettings()
                .withTls(TlsSettings.builder().context(FaultyTrust.context()).build());
        try (Innocent innocent = new Innocent(Runnable::run)) {
            UpgradeException failed = RunningLoop.failure(
                    innocent.running.connect(innocent.running.listen(), Pair.clientConnection(faulty)));
            assertThat(failed.phase()).isEqualTo(Phase.HANDSHAKE);
            innocent.assertUnharmed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_a_servers_factory_throws_is_reported_whatever_it_is(Misdeed misdeed) throws Exception {
        try (Innocent innocent = new Innocent(Runnable::run)) {
            ServerSocketChannel server = innocent.listen(peer -> {
                misdeed.happen();
                return null;
            });
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                assertThat(Octets.readToEnd(client)).isEmpty();
            }
            innocent.assertUnharmed();
            assertThat(innocent.running.faults()).singleElement().satisfies(fault -> assertThat(fault)
                    .hasMessage("a fault in a handler"));
        }
    }

    @Test
    void times_of_any_length_are_taken() throws Exception {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        try (Innocent innocent = new Innocent(Runnable::run)) {
            ServerSocketChannel server = innocent.running.listen();
            assertThat(innocent.running
                            .loop()
                            .connect(
                                    (java.net.InetSocketAddress) server.getLocalAddress(),
                                    Pair.clientConnection(Pair.clientSettings()
                                            .withLimits(Pair.clientSettings()
                                                    .limits()
                                                    .withTimePerPhase(forever)
                                                    .withTimePerCommand(forever)
                                                    .withTimeToClose(forever))),
                                    forever)
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
            innocent.assertUnharmed();
        }
    }

    @Test
    void no_path_leaves_a_descriptor_open() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS), "only Linux shows the descriptors of a process");
        try (Innocent innocent = new Innocent(Runnable::run)) {
            Consumer<StartTlsChannel> faulty = channel -> {
                throw new AssertionError("a fault in a hand-over");
            };
            ServerSocketChannel handing = innocent.listen(
                    peer -> new UpgradeConnection(
                            new TinyServer(TlsPolicy.OPPORTUNISTIC, TinyServer.HandOver.WHEN_ASKED),
                            Pair.serverSettings().withPolicy(TlsPolicy.OPPORTUNISTIC),
                            peer),
                    faulty);
            ServerSocketChannel refusing = innocent.listen(peer -> null);
            ServerSocketChannel throwing = innocent.listen(peer -> {
                throw new AssertionError("a fault in a factory");
            });
            innocent.assertUnharmed();
            long before = descriptors(innocent);
            for (int i = 0; i < 20; i++) {
                for (ServerSocketChannel server : new ServerSocketChannel[] {handing, refusing, throwing}) {
                    try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                        Octets.writeAll(client, Octets.of("OVER\r\n"));
                        byte[] all = Octets.readToEnd(client);
                        assertThat(all.length).isIn(0, 4);
                    } catch (java.net.SocketException reset) {
                        // The line came to a connection that was closed without having been read.
                        assertThat(reset).hasMessageContaining("reset");
                    }
                }
                rejected(innocent);
            }
            innocent.assertUnharmed();
            assertThat(descriptors(innocent)).isEqualTo(before);
        }
    }

    @Test
    void a_channel_that_the_loop_does_not_take_is_closed_and_one_that_is_in_it_goes_on() throws Exception {
        try (RunningLoop running = new RunningLoop(1, Runnable::run);
                Loopback sockets = Loopback.open();
                Loopback others = Loopback.open()) {
            CompletableFuture<StartTlsChannel> first =
                    running.loop().upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("HI\r\n");
            UpgradeException full = RunningLoop.failure(
                    running.loop().upgrade(others.server(), Pair.serverConnection(Pair.serverSettings())));
            assertThat(full.reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(others.server().isOpen()).isFalse();
            assertThat(first).isNotDone();
        }
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> first =
                    running.loop().upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("HI\r\n");
            UpgradeException twice = RunningLoop.failure(
                    running.loop().upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings())));
            assertThat(twice.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(sockets.server().isOpen()).isTrue();
            assertThat(first).isNotDone();
            assertThat(running.loop().underway()).isEqualTo(1);
        }
    }

    @Test
    void futures_fail_with_upgrade_exceptions_only() throws Exception {
        LinkedBlockingQueue<UpgradeException> heard = new LinkedBlockingQueue<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                heard.add(why);
            }
        };
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open();
                SocketChannel unconnected = SocketChannel.open()) {
            UpgradeSettings settings = Pair.clientSettings().withListener(listener);
            UpgradeException notConnected =
                    RunningLoop.failure(running.loop().upgrade(unconnected, Pair.clientConnection(settings)));
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isSameAs(notConnected);
            assertThat(unconnected.isOpen()).isFalse();
            UpgradeConnection begun = Pair.clientConnection(settings);
            begun.begin(System.nanoTime());
            UpgradeException used = RunningLoop.failure(running.loop().upgrade(sockets.client(), begun));
            assertThat(used.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(sockets.client().isOpen()).isFalse();
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void a_loop_that_ends_reports_the_phase_of_each_connection() throws Exception {
        RunningLoop running = new RunningLoop();
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> future =
                    running.loop().upgrade(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            Octets.writeAll(sockets.server(), Octets.of("HI\r\n"));
            assertThat(Octets.text(sockets.server(), 6)).isEqualTo("CAPS\r\n");
            running.loop().closeNow();
            UpgradeException ended = RunningLoop.failure(future);
            assertThat(ended.reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(ended.phase()).isEqualTo(Phase.CAPABILITY);
        } finally {
            running.close();
        }
    }

    /** As code in languages without checked exceptions does. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void a_socket_that_others_have_closed_is_a_failure_that_the_listener_hears_of() throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                events.add("failed " + why.reason());
            }

            @Override
            public void blocked(UpgradeException why) {
                events.add("blocked " + why.reason());
            }
        };
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            UpgradeSettings settings = Pair.clientSettings().withListener(listener);
            sockets.client().close();
            RunningLoop.failure(running.loop().upgrade(sockets.client(), Pair.clientConnection(settings)));
            assertThat(events).containsExactly("failed REJECTED", "blocked REJECTED");
        }
        events.clear();
        try (Loopback sockets = Loopback.open()) {
            sockets.client().configureBlocking(false);
            StartTlsChannel channel = StartTlsChannel.over(
                    sockets.client(),
                    Pair.clientConnection(Pair.clientSettings().withListener(listener)));
            dev.starttls.core.upgrade.Want unused = channel.advance();
            sockets.client().close();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(channel::advance))
                    .isInstanceOf(java.nio.channels.ClosedChannelException.class);
            assertThat(events).containsExactly("failed REJECTED", "blocked REJECTED");
        }
    }

    @Test
    void a_connection_that_has_a_channel_keeps_it_when_it_is_given_another() throws Exception {
        try (Innocent innocent = new Innocent(Runnable::run);
                Loopback sockets = Loopback.open();
                Loopback others = Loopback.open()) {
            UpgradeConnection connection = Pair.serverConnection(Pair.serverSettings());
            UpgradeLoop loop = innocent.running.loop();
            CompletableFuture<StartTlsChannel> first = loop.upgrade(sockets.server(), connection);
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("HI\r\n");
            UpgradeException why = RunningLoop.failure(loop.upgrade(others.server(), connection));
            assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(why).cause().hasMessageContaining("make a new UpgradeConnection for each channel");
            assertThat(others.server().isOpen()).isFalse();
            assertThat(RunningLoop.failure(loop.upgrade(sockets.server(), connection))
                            .reason())
                    .isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(first).isNotDone();
            Octets.writeAll(sockets.client(), Octets.of("CAPS\r\n"));
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("CAPS");
        }
    }

    private static void rejected(Innocent innocent) throws Exception {
        try (Loopback sockets = Loopback.open()) {
            UpgradeConnection begun = Pair.serverConnection(Pair.serverSettings());
            begun.begin(System.nanoTime());
            RunningLoop.failure(innocent.running.loop().upgrade(sockets.server(), begun));
            assertThat(sockets.server().isOpen()).isFalse();
        }
    }

    private static long descriptors(Innocent innocent) throws Exception {
        // A selector closes what others have closed only when it selects the next time: by the end of this it has.
        try (Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> lost =
                    innocent.running.loop().upgrade(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            sockets.client().close();
            assertThat(RunningLoop.failure(lost).reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.count();
        }
    }

    private static UpgradeConnection answering(Runnable work, Consumer<UpgradeException> failed) {
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                failed.accept(why);
            }
        };
        return new UpgradeConnection(
                new Answering(work),
                Pair.serverSettings().withPolicy(TlsPolicy.OPPORTUNISTIC).withListener(listener),
                new Peer("127.0.0.1", -1));
    }

    /** Does something at each line before it answers. */
    private static final class Answering extends GreetingServer {

        private final Runnable work;

        Answering(Runnable work) {
            this.work = work;
        }

        @Override
        public Step opened() {
            return Step.await(Phase.GREETING);
        }

        @Override
        public Step received(String line) {
            work.run();
            return Step.send(Phase.CAPABILITY, "OK");
        }
    }

    /** A loop with a connection that has nothing to do with what happens to the others. */
    private static final class Innocent implements AutoCloseable {

        private final RunningLoop running;
        private final Loopback sockets = Loopback.open();
        private final CompletableFuture<StartTlsChannel> upgrade;

        Innocent(Executor tasks) throws Exception {
            running = new RunningLoop(100, tasks);
            upgrade = running.loop().upgrade(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
        }

        ServerSocketChannel listen(Function<Peer, UpgradeConnection> connections) throws Exception {
            return listen(connections, channel -> {});
        }

        ServerSocketChannel listen(Function<Peer, UpgradeConnection> connections, Consumer<StartTlsChannel> ready)
                throws Exception {
            ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort());
            running.loop().listen(server, connections, ready).get(30, TimeUnit.SECONDS);
            return server;
        }

        /** The loop has done all that was to be done before, and goes on with others. */
        void assertUnharmed() throws Exception {
            try (ServerSocketChannel server = running.listen();
                    StartTlsChannel another = running.connect(server).get(30, TimeUnit.SECONDS);
                    StartTlsChannel served = running.handedOver()) {
                assertThat(another.isSecure()).isTrue();
                assertThat(served.isOpen()).isTrue();
            }
            assertThat(running.thread().isAlive()).isTrue();
            assertThat(upgrade).isNotDone();
        }

        @Override
        public void close() throws java.io.IOException {
            running.close();
            sockets.close();
        }
    }
}
