package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class UpgradeLoopFailureTest {

    private static final UpgradeLimits HASTY = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofSeconds(1));

    @Test
    void a_port_without_a_listener_is_reported_with_the_address() throws Exception {
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort());
                RunningLoop running = new RunningLoop()) {
            InetSocketAddress unreachable = (InetSocketAddress) deaf.getLocalAddress();
            UpgradeException failed = RunningLoop.failure(running.loop()
                    .connect(unreachable, Pair.clientConnection(Pair.clientSettings()), Duration.ofSeconds(30)));
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
            assertThat(failed).hasMessageContaining(String.valueOf(unreachable.getPort()));
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void what_is_missing_is_reported_to_the_caller_at_once() throws Exception {
        UpgradeConnection connection = Pair.clientConnection(Pair.clientSettings());
        Duration time = Duration.ofSeconds(30);
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            UpgradeLoop loop = running.loop();
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            List<ThrowingCallable> calls = List.of(
                    () -> loop.connect(null, connection, time),
                    () -> loop.connect(address, null, time),
                    () -> loop.connect(address, connection, null),
                    () -> loop.upgrade(null, connection),
                    () -> loop.upgrade(sockets.client(), null),
                    () -> loop.listen(null, peer -> null, channel -> {}),
                    () -> loop.listen(server, null, channel -> {}),
                    () -> loop.listen(server, peer -> null, null),
                    () -> UpgradeLoop.open(1, null));
            assertThat(calls).allSatisfy(call -> assertThatThrownBy(call)
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageMatching("\\w+: expected .*, got null.*"));
            assertThat(loop.underway()).isZero();
            assertThat(sockets.client().isOpen()).isTrue();
        }
    }

    @Test
    void a_connection_that_is_used_already_connects_nowhere() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            UpgradeConnection used = Pair.clientConnection(Pair.clientSettings());
            used.begin(System.nanoTime());
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            UpgradeException failed =
                    RunningLoop.failure(running.loop().connect(address, used, Duration.ofSeconds(30)));
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).cause().hasMessageContaining("make a new UpgradeConnection");
            server.configureBlocking(false);
            assertThat(server.accept()).isNull();
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void an_unresolved_host_is_reported() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            InetSocketAddress unknown = InetSocketAddress.createUnresolved("host.invalid", 25);
            UpgradeException failed = RunningLoop.failure(running.loop()
                    .connect(unknown, Pair.clientConnection(Pair.clientSettings()), Duration.ofSeconds(30)));
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed).hasMessageContaining("host.invalid");
        }
    }

    @Test
    void the_next_address_is_tried_when_one_fails() throws Exception {
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort());
                RunningLoop running = new RunningLoop()) {
            InetSocketAddress unreachable = (InetSocketAddress) deaf.getLocalAddress();
            InetSocketAddress listening = (InetSocketAddress) running.listen().getLocalAddress();
            UpgradeConnection connection = Pair.clientConnection(Pair.clientSettings());
            assertThat(running.loop()
                            .connect(
                                    java.util.List.of(unreachable, unreachable, listening),
                                    connection,
                                    new Connector.Attempts(Duration.ofSeconds(30), System.nanoTime()),
                                    System.nanoTime())
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
        }
    }

    @Test
    void silent_peers_of_either_side_are_given_up_in_time() throws Exception {
        LinkedBlockingQueue<UpgradeException> served = new LinkedBlockingQueue<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                served.add(why);
            }
        };
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort());
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            UpgradeException failed = RunningLoop.failure(running.connect(
                    silent, Pair.clientConnection(Pair.clientSettings().withLimits(HASTY))));
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(failed.phase()).isEqualTo(Phase.GREETING);
            running.loop()
                    .listen(
                            server,
                            peer -> Pair.serverConnection(
                                    Pair.serverSettings().withLimits(HASTY).withListener(listener)),
                            channel -> {})
                    .get(30, TimeUnit.SECONDS);
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                assertThat(served.poll(30, TimeUnit.SECONDS).reason()).isEqualTo(FailureReason.TIMEOUT);
                assertThat(new String(Octets.readToEnd(client), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("HI\r\n");
            }
            awaitNobodyUnderway(running);
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_fails_the_future_and_no_other() throws Exception {
        UpgradeSettings distrusting = Pair.clientSettings()
                .withTls(TlsSettings.builder()
                        .context(TestCertificates.withOwnRoot().client())
                        .build());
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            UpgradeException failed = RunningLoop.failure(running.connect(server, Pair.clientConnection(distrusting)));
            assertThat(failed.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
            assertThat(running.connect(server).get(30, TimeUnit.SECONDS).isSecure())
                    .isTrue();
        }
    }

    @Test
    void a_future_that_times_out_closes_the_connection() throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort());
                RunningLoop running = new RunningLoop()) {
            CompletableFuture<StartTlsChannel> future = running.connect(silent);
            try (SocketChannel accepted = silent.accept()) {
                CompletableFuture<StartTlsChannel> timed = future.orTimeout(1, TimeUnit.MILLISECONDS);
                assertThat(Octets.readToEnd(accepted)).isEmpty();
                assertThat(timed).isCompletedExceptionally();
            }
            awaitNobodyUnderway(running);
        }
    }

    @Test
    void cancelling_closes_the_connection() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            CompletableFuture<StartTlsChannel> future = running.connect(silent);
            try (SocketChannel accepted = silent.accept()) {
                future.cancel(false);
                assertThat(Octets.readToEnd(accepted)).isEmpty();
            }
            awaitNobodyUnderway(running);
            // Before the loop has even seen it, too.
            for (int i = 0; i < 200; i++) {
                running.connect(silent).cancel(false);
            }
            awaitNobodyUnderway(running);
            assertThat(running.faults()).isEmpty();
        }
    }

    @Test
    void an_executor_that_rejects_fails_the_connection_and_not_the_loop() throws Exception {
        AtomicBoolean rejecting = new AtomicBoolean(true);
        try (RunningLoop running = new RunningLoop(100, task -> {
            if (rejecting.get()) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        })) {
            ServerSocketChannel server = running.listen();
            UpgradeException failed = RunningLoop.failure(running.connect(server));
            assertThat(failed.reason()).isIn(FailureReason.REJECTED, FailureReason.CONNECTION_CLOSED);
            rejecting.set(false);
            assertThat(running.connect(server).get(30, TimeUnit.SECONDS).isSecure())
                    .isTrue();
        }
    }

    @Test
    void a_task_that_never_ends_does_not_keep_its_connection_for_ever() throws Exception {
        try (RunningLoop running = new RunningLoop(100, task -> {})) {
            // Only the handshake is to take longer than that.
            UpgradeLimits enough = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofSeconds(4));
            UpgradeConnection client =
                    Pair.clientConnection(Pair.clientSettings().withLimits(enough));
            UpgradeException failed = RunningLoop.failure(running.connect(running.listen(), client));
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(failed.phase()).isEqualTo(Phase.HANDSHAKE);
        }
    }

    @Test
    void an_error_in_a_task_on_another_thread_fails_its_connection_at_once() throws Exception {
        LinkedBlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        UpgradeSettings faulty = Pair.clientSettings()
                .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMinutes(10)))
                .withTls(TlsSettings.builder().context(FaultyTrust.context()).build());
        try (RunningLoop running = new RunningLoop(100, task -> {
            Thread thread = new Thread(task, "task");
            thread.setUncaughtExceptionHandler((where, error) -> uncaught.add(error));
            thread.start();
        })) {
            UpgradeException failed =
                    RunningLoop.failure(running.connect(running.listen(), Pair.clientConnection(faulty)));
            assertThat(failed.reason()).as(failed.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed.phase()).isEqualTo(Phase.HANDSHAKE);
            assertThat(failed).hasMessageContaining("NoClassDefFoundError").hasRootCauseMessage("a missing class");
            // The thread is the executor's, and not at fault.
            assertThat(uncaught).isEmpty();
        }
    }

    @Test
    void faults_in_the_authors_code_are_reported_and_the_loop_goes_on() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel faulty = ServerSocketChannel.open().bind(Loopback.anyPort());
                ServerSocketChannel refusing = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            running.loop()
                    .listen(
                            refusing,
                            peer -> {
                                throw new IllegalArgumentException("a fault in a factory");
                            },
                            channel -> {})
                    .get(30, TimeUnit.SECONDS);
            try (SocketChannel client = SocketChannel.open(refusing.getLocalAddress())) {
                assertThat(Octets.readToEnd(client)).isEmpty();
            }
            running.loop()
                    .listen(
                            faulty,
                            peer -> new UpgradeConnection(
                                    new TinyServer(TlsPolicy.OPPORTUNISTIC, TinyServer.HandOver.WHEN_ASKED),
                                    Pair.serverSettings().withPolicy(TlsPolicy.OPPORTUNISTIC),
                                    peer),
                            channel -> {
                                throw new IllegalArgumentException("a fault in a consumer");
                            })
                    .get(30, TimeUnit.SECONDS);
            for (String line : new String[] {"FAULT\r\n", "OVER\r\n"}) {
                try (SocketChannel client = SocketChannel.open(faulty.getLocalAddress())) {
                    Octets.writeAll(client, Octets.of(line));
                    assertThat(Octets.readToEnd(client)).hasSize(4);
                }
            }
            assertThat(running.connect(running.listen())
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
            assertThat(running.faults())
                    .extracting(Throwable::getMessage)
                    .containsExactly("a fault in a factory", "a fault in a dialogue", "a fault in a consumer");
            awaitNobodyUnderway(running);
        }
    }

    @Test
    void a_channel_that_other_code_closes_does_not_stay_underway() throws Exception {
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> future = running.loop()
                    .upgrade(
                            sockets.server(),
                            Pair.serverConnection(Pair.serverSettings().withLimits(HASTY)));
            assertThat(Octets.text(sockets.client(), 4)).isEqualTo("HI\r\n");
            // Something else has gone through the loop by then, so that it waits for the client.
            running.listen();
            sockets.server().close();
            assertThat(RunningLoop.failure(future).reason()).isIn(FailureReason.REJECTED, FailureReason.TIMEOUT);
            awaitNobodyUnderway(running);
        }
    }

    @Test
    void a_closed_channel_fails_at_once() throws Exception {
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            sockets.server().close();
            CompletableFuture<StartTlsChannel> future = running.loop()
                    .upgrade(
                            sockets.server(),
                            new UpgradeConnection(
                                    new TinyServer(TlsPolicy.REQUIRED, TinyServer.HandOver.INSIDE_TLS),
                                    Pair.serverSettings(),
                                    new Peer("127.0.0.1", -1)));
            UpgradeException failed = RunningLoop.failure(future);
            assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
            assertThat(failed).hasCauseInstanceOf(java.nio.channels.ClosedChannelException.class);
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void a_peer_that_does_not_take_the_last_line_is_given_up() throws Exception {
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            sockets.server().setOption(java.net.StandardSocketOptions.SO_SNDBUF, 4096);
            // A goodbye longer than any buffer of the kernel.
            CompletableFuture<StartTlsChannel> future = running.loop()
                    .upgrade(
                            sockets.server(),
                            new UpgradeConnection(
                                    new LongLastLines(),
                                    Pair.serverSettings()
                                            .withPolicy(TlsPolicy.OPPORTUNISTIC)
                                            .withLimits(HASTY),
                                    new Peer("127.0.0.1", -1)));
            Octets.writeAll(sockets.client(), Octets.of("OVER\r\n"));
            assertThat(RunningLoop.failure(future).reason()).isEqualTo(FailureReason.TIMEOUT);
        }
    }

    static void awaitNobodyUnderway(RunningLoop running) {
        while (running.loop().underway() > 0) {
            Thread.onSpinWait();
        }
    }
}
