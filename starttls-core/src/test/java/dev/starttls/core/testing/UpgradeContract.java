package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.starttls.core.testing.ProtocolUnderTest.Exchange;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for the upgrade of every protocol, whatever is cut, added, lost or broken on the way. To be extended by one
 * class for each protocol.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
public abstract class UpgradeContract {

    /** How a peer that was understood so far goes wrong. */
    public enum Trouble {
        /** It closes the connection. */
        END,
        /** It says nothing more. */
        SILENCE,
        /** It sends what is neither a line nor a record. */
        GARBAGE,
        /** It sends lines that look well. */
        LINES,
        /** It sends a fatal alert: handshake_failure. */
        ALERT;

        void happensTo(Side side) {
            switch (this) {
                case END -> side.arriveEnd();
                case SILENCE -> side.at(PATIENCE.toNanos());
                case GARBAGE ->
                    side.arrive("\u0001\u0002\r\r\n\u0000 garbage\r\n").arrive("more\r\n");
                case LINES -> side.arrive("NOOP\r\n* OK\r\n+OK\r\n250 ok\r\n").arriveEnd();
                case ALERT -> side.arrive(new byte[] {21, 3, 3, 0, 2, 2, 40});
            }
            side.run().at(PATIENCE.toNanos()).run();
        }
    }

    /** The time that a phase is given here. */
    protected static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();
    private static final SSLContext SERVER_CONTEXT =
            CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
    /** Each connection is to a port of its own, so that none resumes the session of another. */
    private static final AtomicInteger PORT = new AtomicInteger();

    private static final String SECRET = "my secret words\r\n";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** For a class of one protocol. */
    protected UpgradeContract() {}

    /** The protocol. */
    protected abstract ProtocolUnderTest protocol();

    /** Makes the engines of the clients under test: the JDK's, unless a class says otherwise. */
    protected EngineSource clientEngines() {
        return CLIENT_CONTEXT::createSSLEngine;
    }

    /** Makes the engines of the servers under test. */
    protected EngineSource serverEngines() {
        return SERVER_CONTEXT::createSSLEngine;
    }

    /**
     * How many octets of TLS lie between two places where it is cut. Records are the same for all protocols: one of them
     * tries each octet.
     */
    protected int stride(int usual) {
        return usual;
    }

    @Test
    void an_upgrade_works_wherever_the_servers_octets_are_cut() {
        for (int cut : points(upgraded(connect()).server(), stride(23))) {
            upgraded(connect().cutServerAt(cut));
        }
    }

    @Test
    void an_upgrade_works_wherever_the_clients_octets_are_cut() {
        for (int cut : points(upgraded(connect()).client(), stride(13))) {
            upgraded(connect().cutClientAt(cut));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "IMPLICIT"})
    void an_upgrade_works_octet_by_octet(TlsPolicy policy) {
        Wire wire = connect(policy);
        wire.client().chopping(Chops.OCTETS);
        wire.server().chopping(Chops.OCTETS);
        upgraded(wire);
    }

    @Property(tries = 60)
    void an_upgrade_works_however_reads_and_writes_are_interleaved(@ForAll long seed) {
        upgraded(Wire.chopped(newClient(TlsPolicy.REQUIRED), newServer(TlsPolicy.REQUIRED), seed));
    }

    @Property(tries = 30)
    void implicit_tls_works_however_reads_and_writes_are_interleaved(@ForAll long seed) {
        upgraded(Wire.chopped(newClient(TlsPolicy.IMPLICIT), newServer(TlsPolicy.IMPLICIT), seed));
    }

    @Test
    void words_behind_the_go_ahead_fail_the_client_wherever_they_are_cut() {
        String all = protocol().upgrade().replyOctets() + protocol().probe().replyOctets();
        for (int cut = 1; cut <= all.length(); cut++) {
            Side client = proposed(newClient(TlsPolicy.REQUIRED));
            client.arrive(all.substring(0, cut)).run();
            client.arrive(all.substring(cut)).run();

            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            silentInTheClear(client);
            // Whatever is made of it, it is nothing that came inside TLS.
            assertThat(client.received()).isEmpty();
            assertThat(client.connection().report().encrypted()).isFalse();
        }
    }

    @Test
    void words_that_come_before_the_client_hello_has_left_fail_the_client() throws Exception {
        UpgradeConnection connection = newClient(TlsPolicy.REQUIRED);
        Side client = proposed(connection);
        connection.receive(octets(protocol().upgrade().replyOctets()), NOTHING);
        assertThat(connection.state()).isEqualTo(State.HANDSHAKING);

        client.arrive(protocol().probe().replyOctets());
        // Read before it is written: the driver's choice, and the peer's chance.
        Throwable thrown = catchThrowable(
                () -> connection.receive(octets(protocol().probe().replyOctets()), NOTHING));

        assertThat(thrown).hasMessageContaining("PLAINTEXT_INJECTION in phase HANDSHAKE");
        assertThat(client.run().takeWords()).isEmpty();
    }

    @Test
    void words_behind_the_command_fail_the_server_wherever_they_are_cut() {
        Exchange probe = protocol().probe();
        String all = protocol().upgrade().commandOctets() + probe.commandOctets();
        for (int cut = 1; cut <= all.length(); cut++) {
            UpgradeConnection connection = newServer(TlsPolicy.REQUIRED);
            Side server = asked(connection);
            server.arrive(all.substring(0, cut)).run();
            server.arrive(all.substring(cut)).run();

            assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            // Either it said why, or it had given its go-ahead, and an alert follows: never an answer to what was
            // added.
            byte[] octets = server.take();
            String said = new String(octets, StandardCharsets.ISO_8859_1);
            String goAhead = protocol().upgrade().replyOctets();
            if (said.startsWith(goAhead)) {
                assertThat(Records.fault(octets, goAhead.length())).isEmpty();
            } else {
                assertThat(said)
                        .isEqualTo(lines(protocol().server(TlsPolicy.REQUIRED).injected()));
            }
        }
    }

    @Test
    void words_that_come_while_the_go_ahead_leaves_fail_the_server() throws Exception {
        String goAhead = protocol().upgrade().replyOctets();
        for (int left = 1; left < goAhead.length(); left++) {
            UpgradeConnection connection = newServer(TlsPolicy.REQUIRED);
            asked(connection);
            connection.receive(octets(protocol().upgrade().commandOctets()), NOTHING);
            ByteBuffer out = ByteBuffer.allocate(left);
            connection.transmit(NOTHING, out);
            assertThat(connection.state()).isEqualTo(State.PROPOSED);

            Throwable thrown = catchThrowable(
                    () -> connection.receive(octets(protocol().probe().commandOctets()), NOTHING));

            assertThat(thrown).hasMessageContaining("PLAINTEXT_INJECTION in phase COMMAND");
            ByteBuffer rest = ByteBuffer.allocate(1_000);
            connection.transmit(NOTHING, rest);
            assertThat(rest.position()).isZero();
        }
    }

    @Test
    void a_server_that_discards_goes_on_without_what_was_added() throws Exception {
        Exchange probe = protocol().probe();
        String command = protocol().upgrade().commandOctets();
        String all = command + probe.commandOctets();
        for (int cut = 1; cut <= all.length(); cut++) {
            UpgradeConnection connection =
                    newServer(settings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.DISCARD));
            Side server = asked(connection);
            String first = all.substring(0, cut);
            String second = all.substring(cut);
            connection.receive(octets(first), NOTHING);
            // What has not come when the go-ahead leaves is no longer told apart from TLS, and fails.
            if (!second.isEmpty()) {
                connection.receive(octets(second), NOTHING);
            }
            server.requireSound();
            assertThat(server.run().takeWords()).isEqualTo(protocol().upgrade().replyOctets());

            assertThat(inside(server, BareTls.client(CLIENT_CONTEXT).begin(), probe.commandOctets()))
                    .isEqualTo(probe.replyOctets());
        }
    }

    @Test
    void a_fragment_behind_the_command_is_not_glued_to_what_comes_inside() throws Exception {
        Exchange probe = protocol().probe();
        for (int length = 1; length < probe.command().length(); length++) {
            UpgradeConnection connection =
                    newServer(settings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.DISCARD));
            Side server = asked(connection);
            server.arrive(protocol().upgrade().commandOctets() + probe.command().substring(0, length))
                    .run()
                    .requireSound()
                    .take();

            assertThat(inside(server, BareTls.client(CLIENT_CONTEXT).begin(), probe.commandOctets()))
                    .isEqualTo(probe.replyOctets());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_the_client_leaves_in_the_clear_wherever_the_server_goes_wrong(Trouble trouble) {
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT)) {
            for (int kept : points(upgraded(connect(policy)).server(), 67)) {
                Wire wire = connect(policy).loseServerBehind(kept);
                wire.client().send(SECRET);
                wire.run();
                boolean ready = wire.client().connection().ready();
                trouble.happensTo(wire.client());

                if (!ready) {
                    assertThat(wire.client().failure())
                            .as("%s behind %s octets under %s", trouble, kept, policy)
                            .isPresent();
                }
                silentInTheClear(wire.client());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_the_server_leaves_in_the_clear_wherever_the_client_goes_wrong(Trouble trouble) {
        Wire whole = upgraded(connect());
        int command = plaintext(whole.server());
        for (int kept : points(whole.client(), 37)) {
            Wire wire = connect().loseClientBehind(kept);
            wire.run();
            byte[] before = wire.server().sent();
            trouble.happensTo(wire.server());

            byte[] sent = wire.server().sent();
            if (before.length >= command) {
                assertThat(Records.fault(sent, command))
                        .as("%s behind %s octets", trouble, kept)
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_server_told_no_does_not_hear_from_a_strict_client_again(Trouble trouble) {
        Side client = proposed(newClient(TlsPolicy.REQUIRED)).send(SECRET);
        client.arrive(protocol().refusal() + "\r\n").run();
        trouble.happensTo(client);

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(client.upgradeFailure().reply()).contains(protocol().refusal());
        assertThat(client.take()).isEmpty();
    }

    @Test
    void an_opportunistic_client_told_no_goes_on_in_plaintext() {
        Side client = proposed(newClient(TlsPolicy.OPPORTUNISTIC)).send(SECRET);
        client.arrive(protocol().refusal() + "\r\n").run().requireSound();

        assertThat(client.connection().ready()).isTrue();
        assertThat(client.takeWords()).endsWith(SECRET);
        assertThat(client.connection().report().encrypted()).isFalse();
    }

    @Test
    void behind_the_go_ahead_an_opportunistic_client_has_no_way_back_either() {
        for (Trouble trouble : Trouble.values()) {
            Side client = proposed(newClient(TlsPolicy.OPPORTUNISTIC)).send(SECRET);
            client.arrive(protocol().upgrade().replyOctets()).run();
            trouble.happensTo(client);

            assertThat(client.failure()).as("%s", trouble).isPresent();
            silentInTheClear(client);
        }
    }

    @Test
    void an_end_is_told_apart_from_truncation_wherever_it_comes() {
        for (int kept : points(upgraded(connect()).server(), stride(17))) {
            Wire wire = connect().loseServerBehind(kept);
            wire.run();
            Side client = wire.client();
            State state = client.connection().state();
            boolean ready = client.connection().ready();
            client.arriveEnd().run();

            assertThat(client.failure()).as("end behind %s octets", kept).isPresent();
            assertThat(client.connection().inputEnded()).isFalse();
            if (ready) {
                assertThat(client.failure().orElseThrow()).isInstanceOf(TruncatedException.class);
            } else {
                assertThat(client.upgradeFailure().reason())
                        .isEqualTo(state == State.SECURE ? FailureReason.TRUNCATED : FailureReason.CONNECTION_CLOSED);
            }
        }
    }

    @Test
    void a_client_is_ready_once_it_has_asked_again_inside() throws Exception {
        BareTls server = BareTls.server(SERVER_CONTEXT);
        UpgradeConnection connection = newClient(TlsPolicy.REQUIRED);
        Side client = proposed(connection);
        client.arrive(protocol().upgrade().replyOctets()).run();
        client.arrive(server.feed(client.take()).take()).run();
        for (Exchange exchange : protocol().inside()) {
            assertThat(connection.ready()).isFalse();
            assertThat(server.feed(client.take()).heard()).isEqualTo(exchange.commandOctets());
            client.arrive(server.say(exchange.replyOctets()).take()).run();
        }
        client.requireSound();
        assertThat(connection.ready()).isTrue();
    }

    @Test
    void what_was_announced_before_is_forgotten_and_asked_again() {
        Wire wire = upgraded(connect());

        assertThat(wire.client().connection().report().offeredBefore()).isNotEmpty();
        assertThat(wire.client().connection().report().offeredInside()).isNotEmpty();
        assertThat(wire.client().connection().report().offeredInside())
                .isNotEqualTo(wire.client().connection().report().offeredBefore());
    }

    /** A client's connection. */
    protected UpgradeConnection newClient(TlsPolicy policy) {
        return new UpgradeConnection(
                protocol().client(),
                UpgradeSettings.of(policy)
                        .withTls(TlsSettings.builder().engines(clientEngines()).build())
                        .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE)),
                new Peer("localhost", PORT.incrementAndGet() & 0x7fff));
    }

    /** A server's connection. */
    protected UpgradeConnection newServer(TlsPolicy policy) {
        return newServer(settings(policy));
    }

    private UpgradeConnection newServer(UpgradeSettings settings) {
        return new UpgradeConnection(protocol().server(settings.policy()), settings, new Peer("127.0.0.1", 2));
    }

    private UpgradeSettings settings(TlsPolicy policy) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().engines(serverEngines()).build())
                .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE));
    }

    private Wire connect() {
        return connect(TlsPolicy.REQUIRED);
    }

    private Wire connect(TlsPolicy policy) {
        return Wire.between(newClient(policy), newServer(policy));
    }

    /** Runs until the client is ready and has had a command of its own answered. */
    private Wire upgraded(Wire wire) {
        wire.client().send(protocol().probe().commandOctets());
        wire.run();
        wire.client().requireSound();
        wire.server().requireSound();
        assertThat(wire.client().connection().ready()).isTrue();
        assertThat(wire.client().connection().state()).isEqualTo(State.SECURE);
        assertThat(wire.client().received()).isEqualTo(protocol().probe().replyOctets());
        return wire;
    }

    /** A client that has sent its upgrade command. */
    private Side proposed(UpgradeConnection connection) {
        Side client = Side.begun(connection);
        for (Exchange exchange : protocol().before()) {
            assertThat(client.run().takeWords()).isEqualTo(exchange.commandOctets());
            client.arrive(exchange.replyOctets());
        }
        assertThat(client.run().takeWords()).isEqualTo(protocol().upgrade().commandOctets());
        assertThat(connection.state()).isEqualTo(State.PROPOSED);
        return client.requireSound();
    }

    /** A server that has answered all that comes before the upgrade command. */
    private Side asked(UpgradeConnection connection) {
        Side server = Side.begun(connection);
        for (Exchange exchange : protocol().before()) {
            server.arrive(exchange.commandOctets()).run().take();
        }
        return server.requireSound();
    }

    private static String inside(Side server, BareTls client, String words) throws Exception {
        while (!client.established()) {
            byte[] flight = client.take();
            assertThat(flight).isNotEmpty();
            server.arrive(flight).run().requireSound();
            client.feed(server.take());
        }
        server.arrive(client.take()).run().requireSound();
        client.feed(server.take());
        server.arrive(client.say(words).take()).run().requireSound();
        return client.feed(server.take()).heard();
    }

    /**
     * Where to cut what a side sends: at every octet of its lines, of the first record's header and of the last records, and
     * every few octets in between, whose cuts the pump's own tests try one by one.
     */
    private static List<Integer> points(Side side, int stride) {
        int plain = plaintext(side) + 8;
        int most = side.sent().length;
        return IntStream.range(0, most)
                .filter(at -> at <= plain || at >= most - 4 || at % stride == 0)
                .boxed()
                .toList();
    }

    /** How many octets a side sent in the clear. */
    private static int plaintext(Side side) {
        byte[] sent = side.sent();
        int at = 0;
        while (at < sent.length && !(sent[at] == 22 && sent[at + 1] == 3)) {
            at++;
        }
        return at;
    }

    /** What a client has sent is its lines up to the upgrade command, and records behind them. */
    private void silentInTheClear(Side client) {
        String sent = new String(client.sent(), StandardCharsets.ISO_8859_1);
        String plain = protocol().before().stream().map(Exchange::commandOctets).collect(Collectors.joining())
                + protocol().upgrade().commandOctets();
        boolean implicit = !sent.isEmpty() && sent.charAt(0) == 22;
        if (implicit) {
            assertThat(Records.fault(client.sent(), 0)).isEmpty();
        } else if (sent.length() <= plain.length()) {
            assertThat(plain).startsWith(sent);
        } else {
            assertThat(sent).startsWith(plain);
            assertThat(Records.fault(client.sent(), plain.length())).isEmpty();
        }
        assertThat(sent).doesNotContain("secret");
    }

    private static String lines(List<String> lines) {
        return lines.stream().map(line -> line + "\r\n").collect(Collectors.joining());
    }

    private static ByteBuffer octets(String words) {
        return ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
    }
}
