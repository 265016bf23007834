package dev.starttls.core.nio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RefusingPort;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets whose connect upgrades, as a mail library uses them. */
@Timeout(60)
class StartTlsSocketTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private int port;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        port = serve(CERTIFICATES.localhost(KeyKind.EC));
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void connect_upgrades_and_the_stream_begins_with_the_greeting() throws Exception {
        try (Socket socket = factory().createSocket()) {
            socket.connect(new InetSocketAddress("localhost", port), 30_000);
            assertThat(read(socket, 15)).isEqualTo("HELLO [INSIDE]\r");
            assertThat(socket.getInputStream().available()).isEqualTo(1);
            assertThat(socket.getInputStream().read()).isEqualTo('\n');
            socket.getOutputStream().write("abc".getBytes(ISO_8859_1));
            StartTlsChannel other = server();
            assertThat(Octets.text(other, 3)).isEqualTo("abc");
            other.write(Octets.of("defg"));
            assertThat(read(socket, 4)).isEqualTo("defg");
            assertThat(other.isSecure()).isTrue();
        }
    }

    @Test
    void a_socket_can_be_had_connected() throws Exception {
        InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
        SocketFactory factory = factory();
        for (Socket socket : new Socket[] {
            factory.createSocket("localhost", port),
            factory.createSocket("127.0.0.1", port),
            factory.createSocket(loopback, port),
            factory.createSocket("localhost", port, loopback, 0),
            factory.createSocket(loopback, port, loopback, 0)
        }) {
            assertThat(read(socket, 16)).isEqualTo("HELLO [INSIDE]\r\n");
            assertThat(socket.getPort()).isEqualTo(port);
            assertThat(socket.getLocalAddress()).isEqualTo(loopback);
            socket.close();
        }
    }

    @Test
    void a_name_that_was_not_looked_up_is_looked_up() throws Exception {
        try (Socket socket = factory().createSocket()) {
            socket.connect(InetSocketAddress.createUnresolved("localhost", port));
            assertThat(read(socket, 5)).isEqualTo("HELLO");
            assertThat(socket.getInetAddress().isLoopbackAddress()).isTrue();
        }
        try (Socket socket = factory().createSocket()) {
            socket.connect(InetSocketAddress.createUnresolved("nowhere.invalid", port));
            assertThatThrownBy(socket::getInputStream)
                    .satisfies(reason(FailureReason.CONNECT_FAILED))
                    .hasCauseInstanceOf(UnknownHostException.class);
        }
    }

    @Test
    void the_name_is_that_of_the_address_and_an_address_is_a_name_too() throws Exception {
        int other = serve(CERTIFICATES.named("mail.example.org"));
        InetAddress named = InetAddress.getByAddress("mail.example.org", new byte[] {127, 0, 0, 1});
        try (Socket socket = factory().createSocket(named, other)) {
            assertThat(read(socket, 5)).isEqualTo("HELLO");
        }
        assertThatThrownBy(() -> factory().createSocket("127.0.0.1", other))
                .satisfies(reason(FailureReason.CERTIFICATE_NAME_MISMATCH));
        SocketFactory set = client().serverName("mail.example.org").socketFactory(TinyClient::new, dialogue -> "HELLO");
        try (Socket socket = set.createSocket("127.0.0.1", other)) {
            assertThat(read(socket, 5)).isEqualTo("HELLO");
        }
    }

    @Test
    void a_failure_is_thrown_by_the_streams_and_nothing_before_that_throws() throws Exception {
        try (RefusingPort port = new RefusingPort()) {
            int refused = port.number();
            Socket socket = factory().createSocket();
            socket.setSoTimeout(5_000);
            socket.connect(new InetSocketAddress(LOOPBACK, refused), 5_000);
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            assertThat(socket.isConnected()).isTrue();
            assertThat(socket.isClosed()).isFalse();
            assertThat(socket.getPort()).isEqualTo(refused);
            assertThat(socket)
                    .hasToString("StartTlsSocket[failed: CONNECT_FAILED, localhost/127.0.0.1:" + refused + "]");
            assertThatThrownBy(socket::getInputStream)
                    .satisfies(reason(FailureReason.CONNECT_FAILED))
                    .hasCauseInstanceOf(ConnectException.class);
            assertThatThrownBy(socket::getOutputStream).satisfies(reason(FailureReason.CONNECT_FAILED));
            socket.close();
            assertThatThrownBy(socket::getInputStream).hasMessage("Socket is closed");
        }
    }

    @Test
    void a_failure_is_thrown_by_connect_if_asked_for() throws Exception {
        try (RefusingPort port = new RefusingPort()) {
            int refused = port.number();
            Socket socket = factory().failingOnConnect().createSocket();
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress(LOOPBACK, refused)))
                    .satisfies(reason(FailureReason.CONNECT_FAILED));
            assertThat(socket.isClosed()).isTrue();
            assertThatThrownBy(() -> factory().createSocket("127.0.0.1", refused))
                    .satisfies(reason(FailureReason.CONNECT_FAILED));
        }
    }

    @Test
    void what_a_greeting_or_a_dialogue_throws_fails_that_socket() throws Exception {
        SocketFactory refusing = client().socketFactory(TinyClient::new, dialogue -> {
            throw new IllegalArgumentException("a fault in a greeting");
        });
        assertThatThrownBy(() -> refusing.createSocket("localhost", port))
                .satisfies(reason(FailureReason.LOCAL_ERROR))
                .hasRootCauseMessage("a fault in a greeting");
        SocketFactory without = client().socketFactory(
                        () -> {
                            throw new IllegalStateException("a fault in a dialogue");
                        },
                        dialogue -> "HELLO");
        Socket socket = without.createSocket();
        socket.connect(new InetSocketAddress("localhost", port));
        assertThatThrownBy(socket::getInputStream).satisfies(reason(FailureReason.LOCAL_ERROR));
    }

    @Test
    void a_read_ends_after_the_timeout_and_goes_on_afterwards() throws Exception {
        try (Socket socket = factory().createSocket()) {
            socket.connect(new InetSocketAddress("localhost", port));
            assertThat(read(socket, 16)).startsWith("HELLO");
            StartTlsChannel other = server();
            socket.setSoTimeout(1);
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
            }
            assertThat(socket.isClosed()).isFalse();
            other.write(Octets.of("abc"));
            socket.setSoTimeout(30_000);
            assertThat(read(socket, 3)).isEqualTo("abc");
            socket.setSoTimeout(0);
            other.write(Octets.of("def"));
            assertThat(read(socket, 3)).isEqualTo("def");
            assertThat(socket.getSoTimeout()).isZero();
        }
    }

    @Test
    void the_timeout_of_reads_is_that_of_each_phase_too() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, LOOPBACK);
                Socket socket = factory().createSocket()) {
            socket.setSoTimeout(50);
            socket.connect(new InetSocketAddress("localhost", silent.getLocalPort()));
            assertThatThrownBy(socket::getInputStream)
                    .satisfies(reason(FailureReason.TIMEOUT))
                    .hasMessageContaining("within 50 ms");
        }
    }

    @Test
    void a_close_by_another_thread_ends_a_read() throws Exception {
        Socket socket = factory().createSocket("localhost", port);
        assertThat(read(socket, 16)).startsWith("HELLO");
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                thrown.completeExceptionally(
                        new AssertionError(socket.getInputStream().read()));
            } catch (IOException e) {
                thrown.complete(e);
            }
        });
        reader.start();
        StartTlsChannel other = server();
        socket.close();
        assertThat(thrown.get(30, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
        reader.join();
        assertThat(other.read(Octets.of(" "))).isEqualTo(-1);
        assertThat(socket.isClosed()).isTrue();
        assertThat(socket.isConnected()).isTrue();
    }

    @Test
    void a_close_by_another_thread_ends_connecting() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, LOOPBACK)) {
            Socket socket = factory().createSocket();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread connecting = new Thread(() -> {
                try {
                    socket.connect(new InetSocketAddress("localhost", silent.getLocalPort()));
                    thrown.completeExceptionally(new AssertionError("connected"));
                } catch (IOException e) {
                    thrown.complete(e);
                }
            });
            connecting.start();
            Socket accepted = silent.accept();
            socket.close();
            assertThat(thrown.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is closed");
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            accepted.close();
            connecting.join();
        }
    }

    @Test
    void after_the_end_of_the_output_the_input_goes_on() throws Exception {
        try (Socket socket = factory().createSocket("localhost", port)) {
            assertThat(read(socket, 16)).startsWith("HELLO");
            socket.shutdownOutput();
            StartTlsChannel other = server();
            assertThat(other.read(Octets.of(" "))).isEqualTo(-1);
            other.write(Octets.of("abc"));
            assertThat(read(socket, 3)).isEqualTo("abc");
            assertThat(socket.isOutputShutdown()).isTrue();
            assertThatThrownBy(socket::getOutputStream).hasMessage("Socket output is shutdown");
            other.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void after_the_end_of_the_input_the_output_goes_on() throws Exception {
        try (Socket socket = factory().createSocket("localhost", port)) {
            InputStream in = socket.getInputStream();
            socket.shutdownInput();
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.available()).isZero();
            assertThat(socket.isInputShutdown()).isTrue();
            assertThatThrownBy(socket::getInputStream).hasMessage("Socket input is shutdown");
            socket.getOutputStream().write('x');
            assertThat(Octets.text(server(), 1)).isEqualTo("x");
        }
    }

    @Test
    void closing_a_stream_closes_the_socket() throws Exception {
        Socket socket = factory().createSocket("localhost", port);
        socket.getOutputStream().close();
        assertThat(socket.isClosed()).isTrue();
        assertThatThrownBy(socket::getInputStream).hasMessage("Socket is closed");
        Socket other = factory().createSocket("localhost", port);
        InputStream in = other.getInputStream();
        in.close();
        assertThat(other.isClosed()).isTrue();
        assertThatThrownBy(in::read).isInstanceOf(SocketException.class);
        assertThatThrownBy(in::available).isInstanceOf(SocketException.class);
    }

    @Test
    void the_end_without_close_notify_is_no_end_of_the_stream() throws Exception {
        try (Socket socket = factory().createSocket("localhost", port)) {
            assertThat(read(socket, 16)).startsWith("HELLO");
            server().transport().close();
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(dev.starttls.core.tls.TruncatedException.class);
        }
    }

    @Test
    void options_and_a_local_address_are_kept_for_connect() throws Exception {
        try (Socket socket = factory().createSocket()) {
            socket.setKeepAlive(true);
            socket.setTcpNoDelay(false);
            socket.setSoLinger(true, 7);
            socket.setReuseAddress(true);
            socket.setReceiveBufferSize(50_000);
            socket.setSendBufferSize(50_000);
            socket.setTrafficClass(8);
            socket.setPerformancePreferences(1, 2, 3);
            socket.bind(new InetSocketAddress(LOOPBACK, 0));
            assertThat(socket.isBound()).isTrue();
            assertThat(socket.getKeepAlive()).isTrue();
            socket.connect(new InetSocketAddress("localhost", port));
            assertThat(socket.getKeepAlive()).isTrue();
            assertThat(socket.getTcpNoDelay()).isFalse();
            assertThat(socket.getSoLinger()).isEqualTo(7);
            assertThat(socket.getReuseAddress()).isTrue();
            assertThat(socket.getReceiveBufferSize()).isPositive();
            assertThat(socket.getSendBufferSize()).isPositive();
            assertThat(socket.getTrafficClass()).isBetween(0, 255);
            assertThat(socket.getLocalPort()).isPositive();
            assertThat(socket.getLocalAddress().isLoopbackAddress()).isTrue();
            assertThat(socket.getLocalSocketAddress())
                    .isEqualTo(new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()));
            socket.setSoLinger(false, 0);
            assertThat(socket.getSoLinger()).isEqualTo(-1);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(socket.supportedOptions()).contains(StandardSocketOptions.SO_KEEPALIVE);
            assertThat(socket.getOOBInline()).isFalse();
            assertThatThrownBy(() -> socket.sendUrgentData(1)).isInstanceOf(SocketException.class);
            assertThat(socket.getChannel()).isNull();
        }
    }

    @Test
    void a_local_address_of_another_machine_fails_when_it_is_used() throws Exception {
        Socket socket = factory().createSocket();
        socket.bind(new InetSocketAddress("192.0.2.1", 0));
        socket.connect(new InetSocketAddress("localhost", port));
        assertThatThrownBy(socket::getInputStream).satisfies(reason(FailureReason.CONNECT_FAILED));
    }

    @Test
    void it_answers_as_any_socket_does_before_it_is_connected_and_after_it_is_closed() throws Exception {
        try (Socket ours = factory().createSocket();
                Socket usual = new Socket()) {
            for (Socket socket : new Socket[] {ours, usual}) {
                assertThat(socket.isConnected()).isFalse();
                assertThat(socket.isBound()).isFalse();
                assertThat(socket.isClosed()).isFalse();
                assertThat(socket.isInputShutdown()).isFalse();
                assertThat(socket.isOutputShutdown()).isFalse();
                assertThat(socket.getInetAddress()).isNull();
                assertThat(socket.getRemoteSocketAddress()).isNull();
                assertThat(socket.getLocalSocketAddress()).isNull();
                assertThat(socket.getPort()).isZero();
                assertThat(socket.getLocalPort()).isEqualTo(-1);
                assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
                assertThatThrownBy(socket::getInputStream).hasMessage("Socket is not connected");
                assertThatThrownBy(socket::getOutputStream).hasMessage("Socket is not connected");
                assertThatThrownBy(() -> socket.connect(new OtherAddress()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> socket.bind(new OtherAddress())).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> socket.connect(Loopback.anyPort(), -1))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> socket.setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
                socket.connect(new InetSocketAddress("localhost", port));
                assertThatThrownBy(() -> socket.connect(new InetSocketAddress("localhost", port)))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("onnected");
                assertThatThrownBy(() -> socket.bind(Loopback.anyPort())).hasMessage("Already bound");
                socket.close();
                socket.close();
                assertThat(socket.isConnected()).isTrue();
                assertThat(socket.isClosed()).isTrue();
                assertThat(socket.getPort()).isEqualTo(port);
                assertThat(socket.getLocalPort()).isPositive();
                assertThatThrownBy(() -> socket.setKeepAlive(true)).hasMessage("Socket is closed");
                assertThatThrownBy(socket::getSoTimeout).hasMessage("Socket is closed");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 17})
    void the_greeting_is_read_in_pieces_of_any_size(int size) throws Exception {
        try (Socket socket = factory().createSocket("localhost", port)) {
            server().write(Octets.of("x"));
            StringBuilder read = new StringBuilder();
            byte[] piece = new byte[size];
            while (read.indexOf("x") < 0) {
                int count = socket.getInputStream().read(piece);
                read.append(new String(piece, 0, count, ISO_8859_1));
            }
            assertThat(read).hasToString("HELLO [INSIDE]\r\nx");
        }
    }

    @Test
    void a_factory_keeps_what_its_setup_had() throws Exception {
        SetupTest.TinyClientSetup setup = client();
        SocketFactory factory = setup.socketFactory(TinyClient::new, dialogue -> "HELLO");
        setup.policy(TlsPolicy.IMPLICIT).timeout(Duration.ofMillis(1)).serverName("elsewhere.example");
        assertThatCode(() -> factory.createSocket("localhost", port).close()).doesNotThrowAnyException();
    }

    /** One that is inherited would use the means of its superclass, which has none here. */
    @Test
    void every_method_of_a_socket_is_its_own() {
        assertThat(Stream.of(Socket.class.getMethods())
                        .filter(method -> method.getDeclaringClass() == Socket.class)
                        .filter(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
                        .filter(method -> Stream.of(StartTlsSocket.class.getMethods())
                                .noneMatch(own -> own.getDeclaringClass() != Socket.class
                                        && own.getName().equals(method.getName())
                                        && java.util.Arrays.equals(
                                                own.getParameterTypes(), method.getParameterTypes()))))
                .isEmpty();
    }

    private StartTlsSocketFactory factory() {
        return client().socketFactory(TinyClient::new, dialogue -> "HELLO " + dialogue.capabilities());
    }

    private static SetupTest.TinyClientSetup client() {
        return new SetupTest.TinyClientSetup("setup.example", 1).sslContext(CERTIFICATES.client());
    }

    private StartTlsChannel server() throws Exception {
        StartTlsChannel other = served.poll(30, TimeUnit.SECONDS);
        ((SocketChannel) other.transport()).configureBlocking(true);
        return other;
    }

    private int serve(TestCertificates.Issued identity) throws IOException {
        ServerSocketChannel listening = new SetupTest.TinyServerSetup()
                .sslContext(CERTIFICATES.server(identity))
                .handOver(served::add)
                .listen(running.loop(), Loopback.anyPort());
        return listening.socket().getLocalPort();
    }

    private static String read(Socket socket, int octets) throws IOException {
        return new String(socket.getInputStream().readNBytes(octets), ISO_8859_1);
    }

    private static Consumer<Throwable> reason(FailureReason expected) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        UpgradeException.class, why -> assertThat(why.reason()).isEqualTo(expected));
    }

    private static final class OtherAddress extends SocketAddress {
        private static final long serialVersionUID = 1L;
    }
}
