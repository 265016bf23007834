package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes on an accepted connection before its session. */
@Timeout(120)
class PrefaceTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String HEADER = "FROM 192.0.2.7\r\n";

    /** How a server serves. */
    enum Driver {
        BLOCKING,
        LOOP
    }

    private final LinkedBlockingQueue<UpgradeException> failures = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<UpgradeReport> reports = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private ServerSocketChannel listening;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
    }

    @AfterEach
    void stop() throws Exception {
        if (listening != null) {
            listening.close();
        }
        running.close();
    }

    @ParameterizedTest
    @EnumSource
    void the_session_is_with_the_client_that_it_names(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.DISABLED).preface(from -> new FromLine()));
        assertThat(talk(HEADER + "EHLO\r\n")).isEqualTo("HI 192.0.2.7\r\nGOT EHLO\r\n");
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void the_session_gets_every_octet_after_it_however_they_are_split(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.DISABLED).preface(from -> new FromLine()));
        String all = HEADER + "EHLO\r\n";
        for (int split = 0; split <= all.length(); split++) {
            assertThat(talk(all.substring(0, split), all.substring(split)))
                    .as("split at %s", split)
                    .isEqualTo("HI 192.0.2.7\r\nGOT EHLO\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_client_upgrades_after_it_and_the_report_counts_it_as_connecting(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.REQUIRED).handOver(Quietly::close).preface(from -> new FromLine()));
        SocketChannel socket = SocketChannel.open(address());
        socket.write(Octets.of(HEADER));
        try (StartTlsChannel channel = new TinyClientSetup(
                        "localhost", address().getPort())
                .sslContext(CERTIFICATES.client())
                .connect(socket)) {
            assertThat(channel.isSecure()).isTrue();
            assertThat(reports.poll(30, TimeUnit.SECONDS).phases()).first().satisfies(phase -> assertThat(phase.phase())
                    .isEqualTo(Phase.CONNECT));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_client_hello_that_comes_with_it_is_the_session_s(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.IMPLICIT).handOver(Quietly::close).preface(from -> new FromLine()));
        UpgradeConnection connection = new UpgradeConnection(
                new TinyClient(),
                Pair.clientSettings().withPolicy(TlsPolicy.IMPLICIT),
                new Peer("localhost", address().getPort()));
        try (SocketChannel socket = SocketChannel.open(address());
                StartTlsChannel channel = StartTlsChannel.over(new Preceded(socket, HEADER), connection)) {
            var unusedReport = channel.upgrade();
            assertThat(channel.isSecure()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void limits_by_client_count_those_that_it_names(Driver driver) throws Exception {
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .connectionLimits(ConnectionLimits.NONE.withNewPerClient(1, Duration.ofHours(1)))
                        .preface(from -> new FromLine()));
        assertThat(talk(HEADER + "EHLO\r\n")).startsWith("HI");
        assertThat(talk(HEADER + "EHLO\r\n")).isEmpty();
        assertThat(failure(FailureReason.LIMIT_EXCEEDED)).hasMessageContaining("192.0.2.7");
        assertThat(talk("FROM 192.0.2.8\r\nEHLO\r\n")).startsWith("HI 192.0.2.8");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_refused_is_closed_without_a_word_and_the_listener_hears_of_it(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.DISABLED).preface(from -> new FromLine()));
        assertThat(talk("EHLO client.example\r\n")).isEmpty();
        UpgradeException why = failure(FailureReason.PROTOCOL_VIOLATION);
        assertThat(why.phase()).isEqualTo(Phase.CONNECT);
        assertThat(why)
                .hasMessageContaining("Expected FROM and an address from 127.0.0.1:")
                .hasMessageContaining("before the session, got EHLO client.example");
    }

    @ParameterizedTest
    @EnumSource
    void a_connection_may_be_accepted_or_refused_unread_by_its_address(Driver driver) throws Exception {
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .preface(from -> dialogue(() -> from.host().equals("127.0.0.1")
                                ? PrefaceStep.accept()
                                : PrefaceStep.refuse("127.0.0.1", from.host()))));
        assertThat(talk("EHLO\r\n")).startsWith("HI 127.0.0.1:").endsWith("GOT EHLO\r\n");
        listening.close();
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .preface(from -> dialogue(() -> PrefaceStep.refuse("another address", from.host()))));
        assertThat(talk("EHLO\r\n")).isEmpty();
        assertThat(failure(FailureReason.PROTOCOL_VIOLATION)).hasMessageContaining("another address");
    }

    @ParameterizedTest
    @EnumSource
    void it_is_bounded_in_octets_and_in_time(Driver driver) throws Exception {
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .limits(UpgradeLimits.DEFAULT.withOctetsPerPhase(8_192))
                        .preface(from -> dialogue(() -> PrefaceStep.read(Frame.upTo("never")))));
        assertThat(talk("x".repeat(9_000))).isEmpty();
        assertThat(failure(FailureReason.LIMIT_EXCEEDED).phase()).isEqualTo(Phase.CONNECT);
        listening.close();
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .limits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(100)))
                        .preface(from -> new FromLine()));
        try (SocketChannel silent = SocketChannel.open(address())) {
            assertThat(Octets.readToEnd(silent)).isEmpty();
        }
        assertThat(failure(FailureReason.TIMEOUT)).hasMessageContaining("the rest of what precedes the session");
    }

    @ParameterizedTest
    @EnumSource
    void frames_are_bounded_in_octets_together(Driver driver) throws Exception {
        serve(
                driver,
                server(TlsPolicy.DISABLED)
                        .limits(UpgradeLimits.DEFAULT.withOctetsPerPhase(8_192))
                        .preface(from -> new Octetwise()));
        try (SocketChannel client = SocketChannel.open(address())) {
            client.write(Octets.of("x".repeat(8_193)));
            assertThat(failure(FailureReason.LIMIT_EXCEEDED).phase()).isEqualTo(Phase.CONNECT);
        }
    }

    @Test
    void frames_are_bounded_in_time_together() throws Exception {
        Peer from = new Peer("192.0.2.1", 1);
        long time = UpgradeLimits.DEFAULT.timePerPhase().toNanos();
        UpgradeConnection connection = new UpgradeConnection(
                new PrefaceConversation(peer -> new Octetwise(), from), UpgradeSettings.of(TlsPolicy.DISABLED), from);
        connection.begin(0);
        for (int i = 0; i < 10; i++) {
            connection.tick(i * time / 10);
            connection.receive(Octets.of("x"), ByteBuffer.allocate(0));
            assertThat(connection.deadline()).contains(time);
        }
        assertThatThrownBy(() -> connection.tick(time))
                .isInstanceOf(UpgradeException.class)
                .hasMessageContaining("TIMEOUT in phase CONNECT");
    }

    @Test
    void what_its_code_throws_is_a_failure_of_serve() throws Exception {
        IllegalArgumentException fault = new IllegalArgumentException("a fault in the function");
        WhoServerSetup server = server(TlsPolicy.DISABLED).preface(from -> {
            throw fault;
        });
        try (Loopback sockets = Loopback.open()) {
            assertThatThrownBy(() -> server.serve(sockets.server()))
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.LOCAL_ERROR))
                    .hasCause(fault);
            assertThat(sockets.server().isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_client_that_leaves_in_the_middle_of_it_is_a_failure_and_no_session(Driver driver) throws Exception {
        serve(driver, server(TlsPolicy.DISABLED).preface(from -> new FromLine()));
        assertThat(talk("FROM ")).isEmpty();
        assertThat(failure(FailureReason.CONNECTION_CLOSED).phase()).isEqualTo(Phase.CONNECT);
    }

    @ParameterizedTest
    @EnumSource
    void what_its_code_throws_ends_its_own_connection(Driver driver) throws Exception {
        List<Supplier<PrefaceDialogue>> faulty = List.of(
                () -> {
                    throw new IllegalArgumentException("a fault in the function");
                },
                () -> null,
                () -> dialogue(() -> {
                    throw new IllegalArgumentException("a fault in the dialogue");
                }),
                () -> dialogue(() -> null),
                () -> dialogue(() -> PrefaceStep.accept(null)));
        for (Supplier<PrefaceDialogue> fault : faulty) {
            serve(driver, server(TlsPolicy.DISABLED).preface(from -> fault.get()));
            assertThat(talk("EHLO\r\n")).isEmpty();
            UpgradeException why = failure(FailureReason.LOCAL_ERROR);
            assertThat(why.phase()).isEqualTo(Phase.CONNECT);
            assertThat(why.getCause()).isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class);
            listening.close();
        }
        // The listener hears of a failure before the connection has left the loop.
        int reported = driver == Driver.LOOP ? faulty.size() : 0;
        while (running.loop().underway() > 0 || running.faults().size() < reported) {
            Thread.onSpinWait();
        }
        assertThat(running.thread().isAlive()).isTrue();
        if (driver == Driver.LOOP) {
            assertThat(running.faults()).hasSize(reported);
        }
    }

    @Test
    void a_loop_that_ends_says_nothing_before_it_is_over() throws Exception {
        serve(Driver.LOOP, server(TlsPolicy.DISABLED).preface(from -> new FromLine()));
        try (SocketChannel silent = SocketChannel.open(address())) {
            while (running.loop().underway() == 0) {
                Thread.onSpinWait();
            }
            running.loop().closeNow();
            assertThat(Octets.readToEnd(silent)).isEmpty();
        }
    }

    @Test
    void a_server_without_a_certificate_says_so_before_it_reads_anything() throws Exception {
        WhoServerSetup server = new WhoServerSetup().preface(from -> new FromLine());
        try (ServerSocketChannel bound = ServerSocketChannel.open().bind(Loopback.anyPort());
                SocketChannel client = SocketChannel.open(bound.getLocalAddress());
                SocketChannel accepted = bound.accept()) {
            assertThatThrownBy(() -> server.serve(accepted))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("certificate");
            assertThat(Octets.readToEnd(client)).isEmpty();
        }
    }

    private WhoServerSetup server(TlsPolicy policy) throws Exception {
        return new WhoServerSetup()
                .policy(policy)
                .sslContext(CERTIFICATES.server(CERTIFICATES.named("localhost")))
                .listener(new UpgradeListener() {
                    @Override
                    public void failed(UpgradeException why) {
                        failures.add(why);
                    }

                    @Override
                    public void upgraded(UpgradeReport report) {
                        reports.add(report);
                    }
                });
    }

    private void serve(Driver driver, WhoServerSetup server) throws Exception {
        if (driver == Driver.LOOP) {
            listening = server.listen(running.loop(), Loopback.anyPort());
            return;
        }
        ServerSocketChannel bound = ServerSocketChannel.open().bind(Loopback.anyPort());
        listening = bound;
        CompletableFuture<Void> unused = Pair.run(() -> {
            while (bound.isOpen()) {
                SocketChannel accepted = bound.accept();
                CompletableFuture<Void> unusedSession = Pair.run(() -> server.serve(accepted));
            }
        });
    }

    private InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listening.getLocalAddress();
    }

    /** Says this in so many segments, and returns what is heard to the end. */
    private String talk(String... segments) throws IOException {
        try (SocketChannel client = SocketChannel.open(address())) {
            for (String segment : segments) {
                ByteBuffer octets = Octets.of(segment);
                while (octets.hasRemaining()) {
                    client.write(octets);
                }
            }
            client.shutdownOutput();
            return new String(Octets.readToEnd(client), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Closed with octets unread, which resets the connection.
            return "";
        }
    }

    private UpgradeException failure(FailureReason reason) throws InterruptedException {
        UpgradeException why = failures.poll(30, TimeUnit.SECONDS);
        assertThat(why).isNotNull();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(reason);
        return why;
    }

    private static PrefaceDialogue dialogue(Supplier<PrefaceStep> first) {
        return new PrefaceDialogue() {
            @Override
            public PrefaceStep opened() {
                return first.get();
            }

            @Override
            public PrefaceStep received(byte[] octets) {
                throw new IllegalStateException("Expected no octets");
            }
        };
    }

    /** Frames of one octet, without an end. */
    private static final class Octetwise implements PrefaceDialogue {
        @Override
        public PrefaceStep opened() {
            return PrefaceStep.read(Frame.exactly(1));
        }

        @Override
        public PrefaceStep received(byte[] octet) {
            return opened();
        }
    }

    /** The balancer of the example in the description of {@link PrefaceDialogue}. */
    private static final class FromLine implements PrefaceDialogue {
        @Override
        public PrefaceStep opened() {
            return PrefaceStep.read(Frame.line());
        }

        @Override
        public PrefaceStep received(byte[] header) {
            String line = new String(header, StandardCharsets.ISO_8859_1);
            return line.matches("FROM [0-9a-fA-F.:]{2,45}")
                    ? PrefaceStep.accept(new Peer(line.substring(5), -1))
                    : PrefaceStep.refuse("FROM and an address", line);
        }
    }

    /** Greets a client by its address, and repeats its first line. Speaks the tiny protocol too. */
    private static final class WhoServerSetup extends ServerSetup<WhoServerSetup> {
        @Override
        protected Dialogue dialogue(TlsPolicy policy) {
            return policy == TlsPolicy.DISABLED
                    ? new WhoServer()
                    : new TinyServer(policy, TinyServer.HandOver.INSIDE_TLS);
        }

        @Override
        protected WhoServerSetup self() {
            return this;
        }
    }

    private static final class WhoServer implements Dialogue {

        private String client = "";

        @Override
        public String protocol() {
            return "who";
        }

        @Override
        public Role role() {
            return Role.SERVER;
        }

        @Override
        public void connected(ConnectionInfo info) {
            client = info.peer().toString();
        }

        @Override
        public Step opened() {
            return Step.send(Phase.CAPABILITY, "HI " + client);
        }

        @Override
        public Step received(String line) {
            return new Step.Close(List.of("GOT " + line));
        }

        @Override
        public Step secured() {
            throw new IllegalStateException("Expected no TLS");
        }
    }

    /** Writes octets before the first that are written to it, in the same segment. */
    private static final class Preceded implements ByteChannel {

        private final SocketChannel socket;
        private String before;

        Preceded(SocketChannel socket, String before) {
            this.socket = socket;
            this.before = before;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return socket.read(into);
        }

        @Override
        public int write(ByteBuffer octets) throws IOException {
            int count = octets.remaining();
            ByteBuffer all = ByteBuffer.allocate(before.length() + count)
                    .put(before.getBytes(StandardCharsets.ISO_8859_1))
                    .put(octets)
                    .flip();
            before = "";
            while (all.hasRemaining()) {
                socket.write(all);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return socket.isOpen();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
