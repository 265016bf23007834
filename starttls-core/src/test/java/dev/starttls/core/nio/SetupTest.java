package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.testing.TinyServer.HandOver;
import dev.starttls.core.tls.ClientCertificate;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a protocol's client and server connect, listen and serve. */
@Timeout(60)
class SetupTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private final LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private ServerSocketChannel listening;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        listening =
                server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC)).listen(running.loop(), Loopback.anyPort());
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void a_client_connects_in_one_call_that_blocks() throws Exception {
        StartTlsChannel channel = client("localhost").connect();
        assertThat(channel.isSecure()).isTrue();
        SocketChannel socket = (SocketChannel) channel.transport();
        assertThat(socket.isBlocking()).isTrue();
        assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        assertThat(channel.report().phases().get(0).phase()).isEqualTo(Phase.CONNECT);
        assertThat(channel.report().roundTrips()).isEqualTo(5);
        channel.write(Octets.of("abc"));
        StartTlsChannel other = served.take();
        ((SocketChannel) other.transport()).configureBlocking(true);
        assertThat(Octets.text(other, 3)).isEqualTo("abc");
        channel.close();
    }

    @Test
    void a_client_connects_on_a_loop() throws Exception {
        StartTlsChannel channel = client("localhost").connect(running.loop()).get(30, TimeUnit.SECONDS);
        assertThat(channel.isSecure()).isTrue();
        assertThat(((SocketChannel) channel.transport()).isRegistered()).isFalse();
        assertThat(channel.report().phases().get(0).phase()).isEqualTo(Phase.CONNECT);
    }

    @Test
    void a_client_goes_on_with_a_connection_made_before() throws Exception {
        SocketChannel socket = SocketChannel.open(listening.getLocalAddress());
        StartTlsChannel channel = client("localhost").connect(socket);
        assertThat(channel.isSecure()).isTrue();
        assertThat(channel.report().phases().get(0).phase()).isEqualTo(Phase.GREETING);
        SocketChannel wrongMode = SocketChannel.open(listening.getLocalAddress());
        wrongMode.configureBlocking(false);
        assertThatThrownBy(() -> client("localhost").connect(wrongMode))
                .isInstanceOf(IllegalBlockingModeException.class)
                .hasMessageContaining("configureBlocking(true)");
        assertThat(wrongMode.isOpen()).isTrue();
        wrongMode.close();
    }

    @Test
    void an_executor_makes_the_client_hello_if_it_comes_to_it() throws Exception {
        List<Runnable> asked = new ArrayList<>();
        List<Executor> executors = List.of(
                task -> {
                    asked.add(task);
                    task.run();
                },
                asked::add,
                task -> {
                    asked.add(task);
                    throw new RejectedExecutionException("full");
                },
                task -> {
                    asked.add(task);
                    CompletableFuture<Void> unused = Pair.run(task::run);
                });
        for (Executor executor : executors) {
            asked.clear();
            assertThat(client("localhost").preparation(executor).connect().isSecure())
                    .isTrue();
            assertThat(client("localhost")
                            .preparation(executor)
                            .connect(SocketChannel.open(listening.getLocalAddress()))
                            .isSecure())
                    .isTrue();
            assertThat(client("localhost")
                            .preparation(executor)
                            .connect(running.loop())
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
            assertThat(asked).hasSize(3);
        }
    }

    @Test
    void the_name_to_be_verified_can_be_another_than_the_host() throws Exception {
        assertThat(client("127.0.0.1").connect().isSecure()).isTrue();
        assertThat(client("127.0.0.1").serverName("localhost").connect().isSecure())
                .isTrue();
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class, client("localhost").serverName("elsewhere.example")::connect);
        assertThat(failed.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        listening = server(CERTIFICATES.named("elsewhere.example")).listen(running.loop(), Loopback.anyPort());
        assertThat(client("localhost").serverName("elsewhere.example").connect().isSecure())
                .isTrue();
    }

    @Test
    void what_could_not_be_is_refused_where_it_is_set() {
        assertThatThrownBy(() -> client("localhost").serverName(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a name");
        InetSocketAddress address = Loopback.anyPort();
        for (Duration time : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> client("localhost").timeout(time)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() ->
                            running.loop().connect(address, client("localhost").connection(), time))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("timeout: expected a positive time");
        }
        assertThat(running.loop().underway()).isZero();
    }

    @Test
    void a_client_whose_settings_no_engine_can_have_says_which() throws Exception {
        TinyClientSetup client = client("localhost")
                .tls(TlsSettings.builder()
                        .context(CERTIFICATES.client())
                        .versions("TLSv9")
                        .build());
        UpgradeException blocking = catchThrowableOfType(UpgradeException.class, client::connect);
        UpgradeException onLoop = RunningLoop.failure(client.connect(running.loop()));
        for (UpgradeException failed : List.of(blocking, onLoop)) {
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).hasMessageContaining("TLSv9").hasMessageContaining("versions and suites");
        }
    }

    @Test
    void a_context_is_put_into_the_settings_that_are_there() throws Exception {
        TlsSettings pinned = TlsSettings.builder()
                .pins("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                .build();
        TinyClientSetup client = client("localhost").tls(pinned).sslContext(CERTIFICATES.client());
        UpgradeException otherKey = catchThrowableOfType(UpgradeException.class, client::connect);
        assertThat(otherKey.reason()).isEqualTo(FailureReason.CERTIFICATE_PIN_MISMATCH);

        TlsSettings asking = TlsSettings.builder()
                .clientCertificate(ClientCertificate.NEEDED)
                .versions("TLSv1.2")
                .build();
        listening = new TinyServerSetup()
                .tls(asking)
                .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC)))
                .listen(running.loop(), Loopback.anyPort());
        UpgradeException noCertificate = catchThrowableOfType(UpgradeException.class, client("localhost")::connect);
        assertThat(noCertificate.phase()).isEqualTo(Phase.HANDSHAKE);
    }

    @Test
    void the_name_that_is_looked_up_is_the_one_in_ascii() throws Exception {
        // A full-width letter, which the resolver does not know.
        assertThat(client("\uff4cocalhost").connect().isSecure()).isTrue();
        assertThat(client("\uff4cocalhost")
                        .connect(running.loop())
                        .get(30, TimeUnit.SECONDS)
                        .isSecure())
                .isTrue();
        UpgradeException ambiguous =
                catchThrowableOfType(UpgradeException.class, client("gr\u00fc\u00dfe.example")::connect);
        assertThat(ambiguous.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(ambiguous.getCause()).hasMessageContaining("xn--");
        assertThatThrownBy(() -> client("localhost").serverName("gr\u00fc\u00dfe.example"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_unknown_host_fails_in_phase_connect() throws Exception {
        TinyClientSetup unknown = client("host.invalid");
        UpgradeException blocking = catchThrowableOfType(UpgradeException.class, unknown::connect);
        UpgradeException onLoop = RunningLoop.failure(unknown.connect(running.loop()));
        for (UpgradeException failed : List.of(blocking, onLoop)) {
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
            assertThat(failed).hasMessageContaining("host.invalid");
        }
    }

    @Test
    void what_no_connection_is_made_to_is_named() throws Exception {
        InetSocketAddress nowhere = (InetSocketAddress) listening.getLocalAddress();
        listening.close();
        while (!canBeBound(nowhere)) {
            Thread.onSpinWait();
        }
        UpgradeException refused =
                catchThrowableOfType(UpgradeException.class, () -> Connector.connect(List.of(nowhere), attempts()));
        assertThat(refused).hasMessageContaining(nowhere.toString());
        UpgradeException unresolved = RunningLoop.failure(running.loop()
                .connect(
                        InetSocketAddress.createUnresolved("host.invalid", 25),
                        client("localhost").connection(),
                        Duration.ofSeconds(30)));
        assertThat(unresolved).hasMessageContaining("host.invalid");
        UpgradeException none = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.resolve(new Peer("host.example", 25), name -> new InetAddress[0]));
        assertThat(none.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(none).hasMessageContaining("host.example");
        Thread.currentThread().interrupt();
        UpgradeException interrupted =
                catchThrowableOfType(UpgradeException.class, () -> Connector.connect(List.of(nowhere), attempts()));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(interrupted).hasMessageContaining(nowhere.toString());
    }

    @Test
    void what_a_name_service_throws_is_typed() {
        RuntimeException ofResolver = new IllegalStateException("a fault in a resolver");
        Error error = new NoClassDefFoundError("a missing class");
        List<Connector.NameService> faulty = List.of(
                name -> {
                    throw ofResolver;
                },
                name -> {
                    throw error;
                },
                name -> null);
        for (Connector.NameService names : faulty) {
            UpgradeException failed = catchThrowableOfType(
                    UpgradeException.class, () -> Connector.resolve(new Peer("host.example", 25), names));
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
            assertThat(failed.getCause()).isNotNull();
        }
    }

    @Test
    void an_address_that_cannot_even_be_tried_is_passed_over() throws Exception {
        InetSocketAddress reachable = (InetSocketAddress) listening.getLocalAddress();
        List<InetSocketAddress> addresses = Arrays.asList(null, reachable);
        try (SocketChannel socket = Connector.connect(addresses, attempts())) {
            assertThat(socket.getRemoteAddress()).isEqualTo(reachable);
        }
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class, () -> Connector.connect(addresses.subList(0, 1), attempts()));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_port_without_a_listener_fails_in_phase_connect() throws Exception {
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            int port = deaf.socket().getLocalPort();
            UpgradeException failed =
                    catchThrowableOfType(UpgradeException.class, new TinyClientSetup("127.0.0.1", port)::connect);
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed).hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void addresses_are_tried_in_their_order() throws Exception {
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            InetSocketAddress unreachable = (InetSocketAddress) deaf.getLocalAddress();
            InetSocketAddress reachable = (InetSocketAddress) listening.getLocalAddress();
            try (SocketChannel socket = Connector.connect(List.of(unreachable, reachable), attempts())) {
                assertThat(socket.getRemoteAddress()).isEqualTo(reachable);
            }
            UpgradeException failed = catchThrowableOfType(
                    UpgradeException.class, () -> Connector.connect(List.of(unreachable, unreachable), attempts()));
            assertThat(failed.getMessage().split(String.valueOf(unreachable.getPort()), -1))
                    .hasSize(3);
        }
    }

    @ParameterizedTest
    @MethodSource
    void completing_a_session_from_outside_closes_its_connection(Consumer<CompletableFuture<StartTlsChannel>> end)
            throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            CompletableFuture<StartTlsChannel> session =
                    new TinyClientSetup("127.0.0.1", silent.socket().getLocalPort()).connect(running.loop());
            try (SocketChannel accepted = silent.accept()) {
                end.accept(session);
                assertThat(Octets.readToEnd(accepted)).isEmpty();
            }
            UpgradeLoopFailureTest.awaitNobodyUnderway(running);
        }
    }

    static Stream<Named<Consumer<CompletableFuture<StartTlsChannel>>>>
            completing_a_session_from_outside_closes_its_connection() {
        return Stream.of(
                Named.of("cancelled", session -> session.cancel(true)),
                Named.of("timed out", session -> {
                    var unused = session.orTimeout(1, TimeUnit.MILLISECONDS);
                }),
                Named.of("failed", session -> session.completeExceptionally(new IllegalStateException("not needed"))),
                Named.of(
                        "failed as the loop fails it",
                        session -> session.completeExceptionally(Failures.rejected(Phase.GREETING, "not needed"))),
                Named.of("completed", session -> session.complete(null)));
    }

    @Test
    void a_fault_in_making_the_session_fails_it_and_closes_the_connection() throws Exception {
        TinyClientSetup faulty = client("localhost").faulty();
        assertThatThrownBy(faulty::connect).isInstanceOf(IllegalArgumentException.class);
        UpgradeException failed = RunningLoop.failure(faulty.connect(running.loop()));
        assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(failed).hasCauseInstanceOf(IllegalArgumentException.class);
        for (int i = 0; i < 2; i++) {
            StartTlsChannel other = served.take();
            ((SocketChannel) other.transport()).configureBlocking(true);
            assertThat(Octets.readToEnd(other)).isEmpty();
        }
    }

    @Test
    void a_server_serves_one_connection_on_the_calling_thread() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            TinyServerSetup server = server(CERTIFICATES.localhost(TestCertificates.KeyKind.RSA));
            CompletableFuture<Void> done = Pair.run(() -> server.serve(sockets.server()));
            StartTlsChannel channel = client("localhost").connect(sockets.client());
            done.get(30, TimeUnit.SECONDS);
            assertThat(sockets.server().getOption(StandardSocketOptions.TCP_NODELAY))
                    .isTrue();
            served.take().write(Octets.of("abc"));
            assertThat(Octets.text(channel, 3)).isEqualTo("abc");
        }
        try (Loopback sockets = Loopback.open()) {
            Octets.writeAll(sockets.client(), Octets.of("BYE\r\n"));
            server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC)).serve(sockets.server());
            assertThat(sockets.server().isOpen()).isFalse();
            assertThat(served).isEmpty();
        }
        try (Loopback sockets = Loopback.open()) {
            Octets.writeAll(sockets.client(), Octets.of("FAULT\r\n"));
            TinyServerSetup server = server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
            UpgradeException failed =
                    catchThrowableOfType(UpgradeException.class, () -> server.serve(sockets.server()));
            assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(failed).hasRootCauseMessage("a fault in a dialogue");
            assertThat(sockets.server().isOpen()).isFalse();
        }
    }

    @Test
    void a_receiver_that_throws_ends_the_session_with_close_notify() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            TinyServerSetup server = server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC))
                    .handOver(channel -> {
                        throw new IllegalStateException("a fault in a receiver");
                    });
            CompletableFuture<Void> done = Pair.run(() -> server.serve(sockets.server()));
            StartTlsChannel channel = client("localhost").connect(sockets.client());
            assertThat(Octets.readToEnd(channel)).isEmpty();
            channel.close();
            assertThatThrownBy(() -> done.get(30, TimeUnit.SECONDS)).hasRootCauseMessage("a fault in a receiver");
            assertThat(sockets.server().isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536, 70_000})
    void a_port_out_of_bounds_is_refused_where_it_is_set(int port) {
        assertThatThrownBy(() -> new TinyClientSetup("localhost", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port: expected 0 to 65535, got " + port);
    }

    @Test
    void a_server_without_a_certificate_says_so_before_it_serves() throws Exception {
        TinyServerSetup server = new TinyServerSetup();
        assertThatThrownBy(() -> server.connection(new Peer("127.0.0.1", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keys(chain, key)")
                .hasMessageContaining("javax.net.ssl.keyStore");
        TinyServerSetup withDefault = new TinyServerSetup().sslContext(SSLContext.getDefault());
        assertThatThrownBy(() -> withDefault.listen(running.loop(), Loopback.anyPort()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the JDK's default one, which has no key")
                .hasMessageContaining("ServerKeys");
        assertThatThrownBy(
                        () -> server.listen(running.loop(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .isInstanceOf(IllegalStateException.class);
        try (Loopback sockets = Loopback.open()) {
            assertThatThrownBy(() -> server.serve(sockets.server())).isInstanceOf(IllegalStateException.class);
            assertThat(sockets.server().isOpen()).isFalse();
        }
        server.policy(TlsPolicy.DISABLED).connection(new Peer("127.0.0.1", 1));
    }

    @Test
    void listening_fails_where_it_cannot_be() throws Exception {
        TinyServerSetup server = server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
        InetSocketAddress taken = (InetSocketAddress) listening.getLocalAddress();
        assertThatThrownBy(() -> server.listen(running.loop(), taken))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("Expected to bind " + taken)
                .hasMessageContaining("another program")
                .hasCauseInstanceOf(BindException.class);
        InetSocketAddress foreign = new InetSocketAddress("192.0.2.1", 25);
        assertThatThrownBy(() -> server.listen(running.loop(), foreign))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1:25");
        assertThatThrownBy(() -> server.listen(running.loop(), InetSocketAddress.createUnresolved("host.invalid", 25)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("host.invalid");
        try (ServerSocketChannel unbound = ServerSocketChannel.open()) {
            assertThat(running.loop().listen(unbound, peer -> null, channel -> {}))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withMessageContaining("expected a bound channel");
        }
        assertThatThrownBy(() -> server.listen((UpgradeLoop) null, Loopback.anyPort()))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> server.listen(running.loop(), null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("port 0");
        running.close();
        assertThatThrownBy(() -> server.listen(running.loop(), Loopback.anyPort()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void closing_the_listening_channel_frees_its_port_on_a_loop_where_nothing_happens() throws Exception {
        InetSocketAddress address = (InetSocketAddress) listening.getLocalAddress();
        listening.close();
        while (!canBeBound(address)) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> SocketChannel.open(address)).isInstanceOf(ConnectException.class);
        assertThat(running.thread().isAlive()).isTrue();
    }

    private static boolean canBeBound(InetSocketAddress address) throws IOException {
        try (ServerSocketChannel other = ServerSocketChannel.open()) {
            other.bind(address);
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    private TinyClientSetup client(String host) {
        return new TinyClientSetup(host, listening.socket().getLocalPort()).sslContext(CERTIFICATES.client());
    }

    private static Connector.Attempts attempts() {
        return new Connector.Attempts(Duration.ofSeconds(30), System.nanoTime());
    }

    private TinyServerSetup server(TestCertificates.Issued identity) {
        return new TinyServerSetup().sslContext(CERTIFICATES.server(identity)).handOver(served::add);
    }

    static final class TinyClientSetup extends ClientSetup<TinyClientSetup, StartTlsChannel, TinyClient> {

        private boolean faulty;

        TinyClientSetup(String host, int port) {
            super(host, port, TlsPolicy.REQUIRED);
        }

        TinyClientSetup faulty() {
            faulty = true;
            return this;
        }

        @Override
        protected TinyClient dialogue() {
            return new TinyClient();
        }

        @Override
        protected StartTlsChannel session(StartTlsChannel channel, TinyClient dialogue) {
            if (faulty) {
                throw new IllegalArgumentException("a fault in a session");
            }
            return channel;
        }

        @Override
        protected TinyClientSetup self() {
            return this;
        }
    }

    static final class TinyServerSetup extends ServerSetup<TinyServerSetup> {

        @Override
        protected Dialogue dialogue(TlsPolicy policy) {
            return new TinyServer(policy, HandOver.INSIDE_TLS);
        }

        @Override
        protected TinyServerSetup self() {
            return this;
        }
    }
}
