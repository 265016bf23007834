package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.examples.HttpConnectDialogue;
import dev.starttls.examples.Socks5Dialogue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Connecting through proxies, sound and hostile ones. */
@Timeout(120)
class ProxyTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** How a client connects. */
    enum Driver {
        BLOCKING,
        LOOP;

        StartTlsChannel connect(TinyClientSetup client, UpgradeLoop loop) throws Exception {
            if (this == BLOCKING) {
                return client.connect();
            }
            try {
                return client.connect(loop).get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception why ? why : e;
            }
        }
    }

    private final LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private ServerSocketChannel listening;
    private FakeProxy proxy;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        listening = new TinyServerSetup()
                .sslContext(CERTIFICATES.server(CERTIFICATES.named("xn--bcher-kva.example")))
                .handOver(served::add)
                .listen(running.loop(), Loopback.anyPort());
    }

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        assertThat(running.faults()).isEmpty();
        running.close();
    }

    @ParameterizedTest
    @EnumSource
    void the_server_is_reached_through_a_socks_proxy_by_its_own_name_in_ascii(Driver driver) throws Exception {
        proxy = new FakeProxy("050100 > 0500", "0501000315 xn--bcher-kva.example PORT > 05000003036162630000 <server>");
        TinyClientSetup client = client().proxy("localhost", proxy.port(), Socks5Dialogue::new);
        try (StartTlsChannel channel = driver.connect(client, running.loop())) {
            exchange(channel);
            assertThat(channel.report().phases().get(0).phase()).isEqualTo(Phase.CONNECT);
            assertThat(channel.report().roundTrips()).isEqualTo(5);
        }
        proxy.requireNoFault();
    }

    @ParameterizedTest
    @EnumSource
    void a_user_and_a_password_are_said_where_the_proxy_asks_for_them(Driver driver) throws Exception {
        proxy = new FakeProxy(
                "05020002 > 0502",
                "0104 mary 05 three > 0100",
                "0501000315 xn--bcher-kva.example PORT > 05000001000000000000 <server>");
        TinyClientSetup client =
                client().proxy("localhost", proxy.port(), server -> new Socks5Dialogue(server, "mary", "three"));
        try (StartTlsChannel channel = driver.connect(client, running.loop())) {
            exchange(channel);
        }
        proxy.requireNoFault();
    }

    @ParameterizedTest
    @EnumSource
    void the_server_is_reached_by_http_connect_after_an_interim_response(Driver driver) throws Exception {
        proxy = new FakeProxy("<header> > "
                + hex("HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")
                + " <server>");
        TinyClientSetup client =
                client().proxy("localhost", proxy.port(), server -> new HttpConnectDialogue(server, "mary", "three"));
        try (StartTlsChannel channel = driver.connect(client, running.loop())) {
            exchange(channel);
        }
        proxy.requireNoFault();
        assertThat(proxy.heard)
                .startsWith(
                        "CONNECT xn--bcher-kva.example:" + listening.socket().getLocalPort() + " HTTP/1.1\r\nHost: ")
                .contains("\r\nProxy-Authorization: Basic bWFyeTp0aHJlZQ==\r\n\r\n");
    }

    /** What follows the reply is the server's greeting, in whatever segments both come. */
    @ParameterizedTest
    @EnumSource
    void a_greeting_in_one_segment_with_the_reply_is_not_lost_wherever_it_is_split(Driver driver) throws Exception {
        String reply = "05000001000000000000";
        int length = reply.length() / 2 + "HI\r\n".length();
        for (int split = 0; split <= length; split++) {
            try (FakeProxy splitting =
                            new FakeProxy("050100 > 0500", "<request> > " + reply + " <server " + split + ">");
                    StartTlsChannel channel = driver.connect(
                            client().proxy("localhost", splitting.port(), Socks5Dialogue::new), running.loop())) {
                assertThat(channel.isSecure()).isTrue();
                served.take().close();
                splitting.requireNoFault();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0501               | CONNECT_FAILED | 1",
                "05FF               | CONNECT_FAILED | a method of authentication",
                "4854               | CONNECT_FAILED | SOCKS version 5",
                "0500 05050001000000000000 | CONNECT_FAILED | connection refused",
                "0500 0500000900       | CONNECT_FAILED | succeeded",
                "0500 0500          | CONNECT_FAILED | closed the connection",
                "                   | CONNECT_FAILED | closed the connection"
            })
    void a_proxy_that_does_not_connect_is_named_with_its_reply(String replies, FailureReason reason, String said)
            throws Exception {
        for (Driver driver : Driver.values()) {
            try (FakeProxy refusing = new FakeProxy("<request> > " + (replies == null ? "" : replies) + " <end>")) {
                UpgradeException failed =
                        failure(driver, client().proxy("localhost", refusing.port(), Socks5Dialogue::new));
                assertThat(failed.reason()).isEqualTo(reason);
                assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
                assertThat(failed)
                        .hasMessageContaining("Expected the proxy localhost:" + refusing.port() + " to connect to "
                                + "xn--bcher-kva.example:" + listening.socket().getLocalPort())
                        .hasMessageContaining(said);
                assertThat(events).containsExactly("failed " + reason, "blocked " + reason);
                events.clear();
            }
        }
        assertThat(running.loop().underway()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void a_proxy_that_sends_without_end_is_cut_off(Driver driver) throws Exception {
        proxy = new FakeProxy("<header> > " + hex("HTTP/1.1 200 x\r\nX: " + "y".repeat(3_000)) + " <end>");
        UpgradeException failed = failure(
                driver,
                client().limits(new UpgradeLimits(
                                512, 10, 1_000, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ZERO))
                        .proxy("localhost", proxy.port(), HttpConnectDialogue::new));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed.getCause()).hasMessageContaining("LIMIT_EXCEEDED").hasMessageContaining("1000 octets");
    }

    @ParameterizedTest
    @EnumSource
    void a_proxy_that_says_nothing_is_given_up_in_time(Driver driver) throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            int port = silent.socket().getLocalPort();
            UpgradeException ofPhase = failureOnceConnected(
                    driver,
                    client().timeout(Duration.ofMillis(200)).proxy("localhost", port, HttpConnectDialogue::new));
            UpgradeException ofAll = failureOnceConnected(
                    driver,
                    client().totalTimeout(Duration.ofMillis(200)).proxy("localhost", port, HttpConnectDialogue::new));
            for (UpgradeException failed : List.of(ofPhase, ofAll)) {
                assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
                assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
                assertThat(failed).hasMessageContaining("Expected the proxy");
                assertThat(failed.getCause()).hasMessageContaining("200 ms");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_certificate_must_have_the_server_s_name_and_not_the_proxy_s(Driver driver) throws Exception {
        proxy = new FakeProxy("050100 > 0500", "<request> > 05000001000000000000 <server>");
        TinyClientSetup client = new TinyClientSetup(
                        "localhost", listening.socket().getLocalPort())
                .sslContext(CERTIFICATES.client())
                .proxy("localhost", proxy.port(), Socks5Dialogue::new);
        assertThat(failure(driver, client).reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
    }

    @ParameterizedTest
    @EnumSource
    void what_a_dialogue_or_the_function_that_makes_it_throws_is_typed(Driver driver) throws Exception {
        List<Function<Peer, ProxyDialogue>> faulty = List.of(
                server -> {
                    throw new IllegalStateException("a fault in a function");
                },
                server -> null,
                server -> dialogue(() -> null),
                server -> dialogue(() -> {
                    throw new IllegalStateException("a fault in a dialogue");
                }));
        for (Function<Peer, ProxyDialogue> each : faulty) {
            try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
                UpgradeException failed = failure(
                        driver, client().proxy("localhost", silent.socket().getLocalPort(), each));
                assertThat(failed.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
                assertThat(failed.getCause()).isNotNull();
                try (SocketChannel accepted = silent.accept()) {
                    assertThat(Octets.readToEnd(accepted)).isEmpty();
                }
            }
        }
        assertThat(running.loop().underway()).isZero();
    }

    @Test
    void a_dialogue_that_says_nothing_and_one_of_lines_serve_too() throws Exception {
        proxy = new FakeProxy("<line> > " + hex("OK\r\n") + " <server>");
        StartTlsChannel lines =
                client().proxy("localhost", proxy.port(), LineProxy::new).connect();
        exchange(lines);
        assertThat(proxy.heard).isEqualTo("CONNECT xn--bcher-kva.example\r\n");
        StartTlsChannel silent = client().proxy(
                        "localhost", listening.socket().getLocalPort(), server -> dialogue(ProxyStep::open))
                .connect();
        exchange(silent);
    }

    @Test
    void a_connected_channel_is_one_to_the_proxy() throws Exception {
        proxy = new FakeProxy("050100 > 0500", "<request> > 05000001000000000000 <server>");
        SocketChannel connected = SocketChannel.open(proxy.listening.getLocalAddress());
        exchange(client().proxy("unused.invalid", 1080, Socks5Dialogue::new).connect(connected));
        proxy.requireNoFault();
    }

    @Test
    void a_cancelled_future_and_a_loop_that_ends_close_the_connection_to_the_proxy() throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort());
                RunningLoop other = new RunningLoop()) {
            TinyClientSetup client = client().proxy("localhost", silent.socket().getLocalPort(), Socks5Dialogue::new);
            CompletableFuture<StartTlsChannel> future = client.connect(other.loop());
            try (SocketChannel accepted = silent.accept()) {
                assertThat(Octets.read(accepted, 3)).hasSize(3);
                future.cancel(false);
                assertThat(Octets.readToEnd(accepted)).isEmpty();
            }
            // By the thread of the loop, which has closed the connection before.
            assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("failed REJECTED");
            CompletableFuture<StartTlsChannel> next = client.connect(other.loop());
            try (SocketChannel accepted = silent.accept()) {
                assertThat(Octets.read(accepted, 3)).hasSize(3);
                other.loop().closeNow();
                assertThat(RunningLoop.failure(next).reason()).isEqualTo(FailureReason.REJECTED);
            }
        }
    }

    @Test
    void what_could_not_be_a_proxy_is_refused_where_it_is_set() {
        TinyClientSetup client = client();
        assertThatThrownBy(() -> client.proxy("", 1, Socks5Dialogue::new)).isInstanceOf(IllegalArgumentException.class);
        for (int port : new int[] {-1, 65_536}) {
            assertThatThrownBy(() -> client.proxy("localhost", port, Socks5Dialogue::new))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("port");
        }
    }

    private UpgradeException failure(Driver driver, TinyClientSetup client) {
        return catchThrowableOfType(UpgradeException.class, () -> driver.connect(client, running.loop()));
    }

    private UpgradeException failureOnceConnected(Driver driver, TinyClientSetup client) throws Exception {
        return RunningLoop.failureOnceConnected(() -> failure(driver, client));
    }

    private TinyClientSetup client() {
        return new TinyClientSetup("b\u00fccher.example", listening.socket().getLocalPort())
                .sslContext(CERTIFICATES.client())
                .listener(new UpgradeListener() {
                    @Override
                    public void failed(UpgradeException why) {
                        events.add("failed " + why.reason());
                    }

                    @Override
                    public void blocked(UpgradeException why) {
                        events.add("blocked " + why.reason());
                    }
                });
    }

    private void exchange(StartTlsChannel channel) throws Exception {
        assertThat(channel.isSecure()).isTrue();
        StartTlsChannel other = served.take();
        ((SocketChannel) other.transport()).configureBlocking(true);
        other.write(Octets.of("abc"));
        ((SocketChannel) channel.transport()).configureBlocking(true);
        assertThat(Octets.text(channel, 3)).isEqualTo("abc");
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        text.chars().forEach(c -> hex.append(String.format(Locale.ROOT, "%02x", c)));
        return hex.toString();
    }

    private static ProxyDialogue dialogue(java.util.function.Supplier<ProxyStep> first) {
        return new ProxyDialogue() {
            @Override
            public ProxyStep opened() {
                return first.get();
            }

            @Override
            public ProxyStep received(byte[] reply) {
                throw new IllegalStateException("Expected no reply");
            }
        };
    }

    /** The proxy of the example in the description of {@link ProxyDialogue}. */
    private record LineProxy(Peer server) implements ProxyDialogue {
        @Override
        public ProxyStep opened() {
            return ProxyStep.ask(Output.line("CONNECT " + server.host()), Frame.line());
        }

        @Override
        public ProxyStep received(byte[] reply) {
            String line = new String(reply, StandardCharsets.ISO_8859_1);
            return line.equals("OK") ? ProxyStep.open() : ProxyStep.refuse("OK", line);
        }
    }

    /**
     * A proxy that follows a script for one connection: what it expects, and what it answers. Words are hexadecimal octets, or
     * text; {@code <server>} connects to the server, and relays; {@code <server 3>} sends the reply and the server's greeting
     * together, in two segments of which the first has 3 octets.
     */
    private final class FakeProxy implements AutoCloseable {

        private final ServerSocketChannel listening;
        private final CompletableFuture<Void> done;
        private volatile String heard = "";

        FakeProxy(String... script) throws IOException {
            listening = ServerSocketChannel.open().bind(Loopback.anyPort());
            done = Pair.run(() -> {
                try (SocketChannel client = listening.accept()) {
                    for (String exchange : script) {
                        String[] sides = exchange.split(" > ", 2);
                        expect(client, sides[0]);
                        answer(client, sides[1]);
                    }
                }
            });
        }

        int port() {
            return listening.socket().getLocalPort();
        }

        void requireNoFault() throws Exception {
            // The relay ends with the connections.
            if (done.isDone()) {
                done.get();
            }
        }

        private void expect(SocketChannel client, String words) throws IOException {
            if (words.startsWith("<")) {
                ByteBuffer any = ByteBuffer.allocate(10_000);
                String end = words.equals("<header>") ? "\r\n\r\n" : words.equals("<line>") ? "\r\n" : "";
                do {
                    int unused = client.read(any);
                    heard = new String(any.array(), 0, any.position(), StandardCharsets.ISO_8859_1);
                } while (!heard.endsWith(end));
                return;
            }
            for (String word : words.split(" ", -1)) {
                byte[] expected = octets(word);
                assertThat(Octets.read(client, expected.length)).as(word).isEqualTo(expected);
            }
        }

        private void answer(SocketChannel client, String words) throws Exception {
            byte[] reply = {};
            for (String word : words.trim().split("(?<!server) ", -1)) {
                if (word.startsWith("<server")) {
                    relay(client, reply, word.equals("<server>") ? -1 : Integer.parseInt(word.replaceAll("\\D", "")));
                    return;
                }
                if (!word.equals("<end>")) {
                    int before = reply.length;
                    reply = Arrays.copyOf(reply, before + octets(word).length);
                    System.arraycopy(octets(word), 0, reply, before, octets(word).length);
                }
            }
            Octets.writeAll(client, ByteBuffer.wrap(reply));
            if (words.endsWith("<end>")) {
                client.shutdownOutput();
                byte[] unusedRest = Octets.readToEnd(client);
            }
        }

        private void relay(SocketChannel client, byte[] reply, int split) throws Exception {
            try (SocketChannel server = SocketChannel.open(ProxyTest.this.listening.getLocalAddress())) {
                client.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
                byte[] first = reply;
                if (split >= 0) {
                    first = Arrays.copyOf(reply, reply.length + 4);
                    System.arraycopy(Octets.read(server, 4), 0, first, reply.length, 4);
                }
                Octets.writeAll(client, ByteBuffer.wrap(first, 0, Math.max(0, split < 0 ? first.length : split)));
                if (split >= 0) {
                    Octets.writeAll(client, ByteBuffer.wrap(first, split, first.length - split));
                }
                CompletableFuture<Void> there = Pair.run(() -> copy(client, server));
                copy(server, client);
                there.get(60, TimeUnit.SECONDS);
            }
        }

        private void copy(SocketChannel from, SocketChannel to) throws IOException {
            ByteBuffer some = ByteBuffer.allocate(5_000);
            while (from.read(some.clear()) >= 0) {
                Octets.writeAll(to, some.flip());
            }
            to.shutdownOutput();
        }

        private byte[] octets(String word) throws IOException {
            if (word.equals("PORT")) {
                int port = ProxyTest.this.listening.socket().getLocalPort();
                return new byte[] {(byte) (port >> 8), (byte) port};
            }
            return word.matches("([0-9A-Fa-f]{2})*")
                    ? java.util.HexFormat.of().parseHex(word)
                    : word.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
