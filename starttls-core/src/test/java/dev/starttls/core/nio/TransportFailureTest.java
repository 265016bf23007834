package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the transport does, the upgrade ends typed, in time, and its listener hears of it. */
@Timeout(120)
class TransportFailureTest {

    private final List<String> events = new ArrayList<>();
    private final UpgradeListener listener = new UpgradeListener() {
        @Override
        public void failed(UpgradeException why) {
            events.add("failed " + why.reason());
        }

        @Override
        public void blocked(UpgradeException why) {
            events.add("blocked " + why.reason());
        }
    };

    @ParameterizedTest
    @CsvSource({
        "'', GREETING, false", "'', GREETING, true",
        "'HI\r\n', CAPABILITY, false", "'HI\r\n', CAPABILITY, true",
        "'HI\r\nCAPS GO\r\n', COMMAND, false", "'HI\r\nCAPS GO\r\n', COMMAND, true",
        "'HI\r\nCAPS GO\r\nOK\r\n', HANDSHAKE, false", "'HI\r\nCAPS GO\r\nOK\r\n', HANDSHAKE, true"
    })
    void a_reset_is_a_failure_with_its_phase_and_a_block(String said, Phase phase, boolean looped) throws Exception {
        try (Loopback sockets = Loopback.open();
                RunningLoop running = new RunningLoop()) {
            CompletableFuture<Void> server = Pair.run(() -> sayAndReset(sockets.server(), said));
            UpgradeConnection connection =
                    Pair.clientConnection(Pair.clientSettings().withListener(listener));
            UpgradeException failed = looped
                    ? RunningLoop.failure(running.loop().upgrade(sockets.client(), connection))
                    : catchThrowableOfType(
                            UpgradeException.class, StartTlsChannel.over(sockets.client(), connection)::upgrade);
            server.get(30, TimeUnit.SECONDS);
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
            assertThat(failed.phase()).isEqualTo(phase);
            assertThat(failed).hasCauseInstanceOf(SocketException.class);
            assertThat(failed.hint()).isPresent();
            assertThat(events).containsExactly("failed CONNECTION_CLOSED", "blocked CONNECTION_CLOSED");
        }
    }

    @ParameterizedTest
    @CsvSource({"CLIENT, 0", "SERVER, 0", "SERVER, -1"})
    void a_blocking_channel_that_moves_nothing_ends_the_upgrade_at_the_first_look(Role role, int answer)
            throws Exception {
        Stubborn transport = new Stubborn(answer);
        StartTlsChannel channel = StartTlsChannel.over(
                transport,
                role == Role.CLIENT
                        ? Pair.clientConnection(Pair.clientSettings().withListener(listener))
                        : Pair.serverConnection(Pair.serverSettings().withListener(listener)));
        UpgradeException failed = catchThrowableOfType(UpgradeException.class, channel::upgrade);
        if (answer == 0) {
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).hasCauseInstanceOf(IllegalBlockingModeException.class);
        } else {
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
            assertThat(failed)
                    .rootCause()
                    .hasMessageStartingWith("Expected the channel to write octets or none, got -1;");
        }
        assertThat(failed.phase()).isEqualTo(Phase.GREETING);
        assertThat(events).first().isEqualTo("failed " + failed.reason());
        assertThat(transport.looks).isBetween(1, 2);
        assertThat(transport.open).isFalse();
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.holdsBuffers()).isFalse();
    }

    @Test
    void a_blocking_channel_that_moves_nothing_any_more_keeps_no_session_busy() throws Exception {
        Stubborn[] transport = new Stubborn[1];
        try (Pair pair = Pair.connected(
                Pair.clientSettings(),
                Pair.serverSettings(),
                inner -> transport[0] = new Stubborn(inner),
                UnaryOperator.identity())) {
            pair.upgrade();
            transport[0].answer(0);
            assertThat(pair.client().read(ByteBuffer.allocate(10))).isZero();
            assertThat(transport[0].looks).isEqualTo(1);
            assertThat(pair.client().write(Octets.of("kept"))).isEqualTo(4);
            assertThat(pair.client().flush()).isFalse();
            assertThat(transport[0].looks).isBetween(3, 4);
            transport[0].answer(-1);
            assertThatThrownBy(() -> pair.client().write(Octets.of("more")))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageStartingWith("Expected the channel to write octets or none, got -1;");
            assertThat(transport[0].looks).isEqualTo(1);
            pair.client().close();
            assertThat(transport[0].looks).isBetween(1, 2);
            assertThat(pair.client().holdsBuffers()).isFalse();
        }
    }

    @Test
    void a_client_that_does_not_read_keeps_no_blocking_server_longer_than_its_limits() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            sockets.server().setOption(StandardSocketOptions.SO_SNDBUF, 4096);
            UpgradeSettings hasty = Pair.serverSettings()
                    .withPolicy(TlsPolicy.OPPORTUNISTIC)
                    .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(300)));
            Octets.writeAll(sockets.client(), Octets.of("OVER\r\n"));
            StartTlsChannel channel = StartTlsChannel.over(
                    sockets.server(),
                    new UpgradeConnection(
                            new LongLastLines(), hasty, new dev.starttls.core.upgrade.Peer("127.0.0.1", -1)));
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, () -> {
                UpgradeReport unused = channel.upgrade();
                // The last lines are the application's to write where the dialogue hands over.
                channel.write(Octets.of("x"));
            });
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void a_listener_that_uses_the_channel_in_the_middle_of_its_upgrade_gets_an_exception_and_does_not_hang()
            throws Exception {
        try (Loopback sockets = Loopback.open()) {
            java.util.concurrent.atomic.AtomicReference<StartTlsChannel> own =
                    new java.util.concurrent.atomic.AtomicReference<>();
            UpgradeListener writing = new UpgradeListener() {
                @Override
                public void upgraded(UpgradeReport report) {
                    try {
                        own.get().write(Octets.of("too soon"));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            };
            own.set(StartTlsChannel.over(
                    sockets.client(),
                    Pair.clientConnection(Pair.clientSettings().withListener(writing))));
            CompletableFuture<Void> server = Pair.run(
                    StartTlsChannel.over(sockets.server(), Pair.serverConnection(Pair.serverSettings()))::upgrade);
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, own.get()::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(server.handle((done, thrown) -> true).get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void an_interrupt_ends_a_blocking_connect_at_once_with_its_cause() throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            CompletableFuture<UpgradeException> failed = new CompletableFuture<>();
            CountDownLatch done = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    Connector.connect(
                            List.of((java.net.InetSocketAddress) silent.getLocalAddress()),
                            new Connector.Attempts(Duration.ofMinutes(10), System.nanoTime()));
                } catch (UpgradeException e) {
                    failed.complete(e);
                } catch (IOException e) {
                    failed.completeExceptionally(e);
                }
                done.countDown();
            });
            thread.start();
            UpgradeException why = failed.get(30, TimeUnit.SECONDS);
            assertThat(why).hasMessageContaining("interrupted").hasCauseInstanceOf(ClosedByInterruptException.class);
            assertThat(why.phase()).isEqualTo(Phase.CONNECT);
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void unix_domain_sockets_are_upgraded_blocking_and_on_a_loop(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
            running.loop()
                    .listen(
                            server,
                            peer -> {
                                events.add(peer.host());
                                return Pair.serverConnection(Pair.serverSettings());
                            },
                            channel -> {})
                    .get(30, TimeUnit.SECONDS);
            try (SocketChannel blocking = SocketChannel.open(address)) {
                StartTlsChannel channel = StartTlsChannel.over(blocking, Pair.clientConnection(Pair.clientSettings()));
                assertThat(channel.upgrade().encrypted()).isTrue();
                assertThat(blocking.isBlocking()).isTrue();
            }
            StartTlsChannel looped = running.loop()
                    .upgrade(SocketChannel.open(address), Pair.clientConnection(Pair.clientSettings()))
                    .get(30, TimeUnit.SECONDS);
            assertThat(looped.isSecure()).isTrue();
            looped.close();
            assertThat(running.faults()).isEmpty();
            assertThat(events).containsExactly("unix:", "unix:");
        }
    }

    @Test
    void a_silent_peer_on_a_unix_domain_socket_is_given_up_in_time(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel client = SocketChannel.open(address)) {
            UpgradeSettings hasty =
                    Pair.clientSettings().withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(200)));
            UpgradeException failed = catchThrowableOfType(
                    UpgradeException.class, StartTlsChannel.over(client, Pair.clientConnection(hasty))::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void a_shorter_time_for_a_command_than_for_a_phase_is_kept_on_a_loop() throws Exception {
        UpgradeSettings settings = Pair.serverSettings()
                .withPolicy(TlsPolicy.OPPORTUNISTIC)
                .withLimits(UpgradeLimits.DEFAULT
                        .withTimePerPhase(Duration.ofMinutes(10))
                        .withTimePerCommand(Duration.ofMillis(300)));
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> served =
                    running.loop().upgrade(sockets.server(), Pair.serverConnection(settings));
            Octets.writeAll(sockets.client(), Octets.of("WHAT\r\n"));
            UpgradeException failed = RunningLoop.failure(served);
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
        }
    }

    @Test
    void a_look_up_that_does_not_end_is_abandoned_at_the_deadline() throws Exception {
        List<Runnable> never = new ArrayList<>();
        Connector.Attempts attempts = new Connector.Attempts(Duration.ofMillis(200), System.nanoTime());
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.connect(
                        new dev.starttls.core.upgrade.Peer("localhost", 25),
                        attempts,
                        java.util.Optional.of(never::add)));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed)
                .hasMessageContaining("200 ms")
                .hasMessageContaining("localhost")
                .hasMessageContaining("ClientSetup.timeout")
                .hasMessageNotContaining("ClientSetup.lookup");
        assertThat(never).hasSize(1);
        try (RunningLoop running = new RunningLoop()) {
            long began = System.nanoTime();
            UpgradeException looped = RunningLoop.failure(running.loop()
                    .connect(
                            new dev.starttls.core.upgrade.Peer("localhost", 25),
                            task -> {},
                            Pair.clientConnection(Pair.clientSettings().withListener(listener)),
                            new Connector.Attempts(Duration.ofMillis(200), began),
                            began));
            assertThat(looped).hasMessageContaining("200 ms").hasMessageContaining("ClientSetup.timeout");
            assertThat(events).containsExactly("failed CONNECT_FAILED", "blocked CONNECT_FAILED");
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void a_look_up_that_could_not_be_ended_says_how_it_could() {
        Connector.Attempts over = new Connector.Attempts(Duration.ofNanos(1), System.nanoTime() - 1);
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.connect(
                        new dev.starttls.core.upgrade.Peer("127.0.0.1", 25), over, java.util.Optional.empty()));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed).hasMessageContaining("ClientSetup.lookup(Executor)");
        assertThat(Connector.unknown("b\u00fccher.example")).hasMessageContaining("for xn--bcher-kva.example,");
    }

    @Test
    void an_executor_for_look_ups_that_throws_fails_typed_and_one_that_runs_its_task_twice_connects_once()
            throws Exception {
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.connect(
                        new dev.starttls.core.upgrade.Peer("localhost", 25),
                        new Connector.Attempts(Duration.ofSeconds(30), System.nanoTime()),
                        java.util.Optional.of(task -> {
                            throw new OutOfMemoryError("unable to create a native thread");
                        })));
        assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            long began = System.nanoTime();
            StartTlsChannel channel = running.loop()
                    .connect(
                            new dev.starttls.core.upgrade.Peer(
                                    "localhost", server.socket().getLocalPort()),
                            task -> {
                                task.run();
                                task.run();
                            },
                            Pair.clientConnection(Pair.clientSettings()),
                            new Connector.Attempts(Duration.ofSeconds(30), began),
                            began)
                    .get(30, TimeUnit.SECONDS);
            channel.close();
            running.handedOver().close();
            assertThat(running.loop().underway()).isZero();
            assertThat(running.faults()).isEmpty();
        }
    }

    @Test
    void a_look_up_by_an_executor_is_followed_by_the_connection() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            ServerSocketChannel server = running.listen();
            long began = System.nanoTime();
            StartTlsChannel channel = running.loop()
                    .connect(
                            new dev.starttls.core.upgrade.Peer(
                                    "localhost", server.socket().getLocalPort()),
                            task -> new Thread(task).start(),
                            Pair.clientConnection(Pair.clientSettings()),
                            new Connector.Attempts(Duration.ofSeconds(30), began),
                            began)
                    .get(30, TimeUnit.SECONDS);
            assertThat(channel.isSecure()).isTrue();
            channel.close();
        }
    }

    /** Says the first line, and each other when the client has said something; then sends no end but a reset. */
    private static void sayAndReset(SocketChannel socket, String lines) throws IOException {
        ByteBuffer heard = ByteBuffer.allocate(20_000);
        for (String line : lines.split("(?<=\n)", -1)) {
            if (!line.isEmpty()) {
                Octets.writeAll(socket, Octets.of(line));
                int unused = socket.read(heard.clear());
            }
        }
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    /** A channel that says nothing of being non-blocking, and answers each call with the same count. */
    private static final class Stubborn implements ByteChannel {

        private static final int MOST = 1_000;

        private final Optional<ByteChannel> inner;
        private Optional<Integer> answer = Optional.empty();
        private int looks;
        private boolean open = true;

        Stubborn(int answer) {
            inner = Optional.empty();
            answer(answer);
        }

        /** One that is as good as another until its answer is set. */
        Stubborn(ByteChannel inner) {
            this.inner = Optional.of(inner);
        }

        void answer(int count) {
            answer = Optional.of(count);
            looks = 0;
        }

        private int looked() {
            looks++;
            assertThat(looks).as("calls that moved nothing").isLessThan(MOST);
            return answer.orElseThrow();
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            return answer.isPresent() ? looked() : inner.orElseThrow().read(dst);
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            return answer.isPresent() ? looked() : inner.orElseThrow().write(src);
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            if (inner.isPresent()) {
                inner.get().close();
            }
        }
    }
}
