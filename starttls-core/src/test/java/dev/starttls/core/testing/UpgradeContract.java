package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.ProtocolUnderTest.Exchange;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.upgrade.DirectUpgrade;
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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for the upgrade of every protocol, whatever is split, added, lost or broken on the way. To be extended by one
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

        void happensTo(Endpoint side) {
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

    /** How an upgrade begins. */
    public enum Start {
        /** The client asks what the server offers. */
        ASKED(TlsPolicy.REQUIRED, DirectUpgrade.NEVER),
        /** The client says the upgrade command without having asked. */
        UNASKED(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS),
        /** The client says the upgrade command without having asked, and its ClientHello with it. */
        WITH_HELLO(TlsPolicy.REQUIRED, DirectUpgrade.REMEMBERED),
        /** There is no plaintext. */
        IMPLICIT(TlsPolicy.IMPLICIT, DirectUpgrade.NEVER);

        private final TlsPolicy policy;
        private final DirectUpgrade direct;

        Start(TlsPolicy policy, DirectUpgrade direct) {
            this.policy = policy;
            this.direct = direct;
        }

        /** What is remembered of the host. */
        private HostFacts facts() {
            return this == WITH_HELLO ? TAKING : HostFacts.NONE;
        }
    }

    /** What is remembered of a host that takes a ClientHello with the upgrade command. */
    static final HostFacts TAKING =
            HostFacts.NONE.withUpgraded().withCommand(HostFacts.Answer.TAKEN).withClientHello(HostFacts.Answer.TAKEN);

    /** The time that a phase is given here. */
    protected static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();
    private static final SSLContext SERVER_CONTEXT =
            CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
    /** Each connection is to another port, so that none resumes the session of another. */
    private static final AtomicInteger PORT = new AtomicInteger();

    /** Lines without an end, ends without a line, and the beginning of a record. */
    private static final List<String> BROKEN_FRAGMENTS = List.of("\r\n", "\n", "\26\3\3", "\0", "x".repeat(600));
    /** An alert or a ClientHello, and what follows it. */
    private static final String RECORDS = "(?:[\\x15\\x16]\\x03.*)?";

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
     * How many octets of TLS lie between two places where it is split. Records are the same for all protocols: one of them
     * tries each octet.
     */
    protected int stride(int usual) {
        return usual;
    }

    /** How many octets lie between two places where both streams are split at once. Mail's protocols try each octet. */
    protected int plaintextStride() {
        return 1;
    }

    /** How an upgrade may begin with this protocol's servers. */
    @Provide("starts")
    protected final Arbitrary<Start> arbitraryStarts() {
        return Arbitraries.of(starts());
    }

    private Set<Start> starts() {
        boolean early = protocol().server(TlsPolicy.REQUIRED).takesEarlyHello();
        return early ? EnumSet.allOf(Start.class) : EnumSet.complementOf(EnumSet.of(Start.WITH_HELLO));
    }

    @AfterEach
    void print_the_walked_splits() {
        WalkedSplits.print();
    }

    @Test
    void an_upgrade_works_wherever_the_servers_octets_are_split() {
        for (int split : points(upgraded(connect()).server(), stride(23))) {
            upgraded(connect().splitServerAt(split));
        }
    }

    @Test
    void an_upgrade_works_wherever_the_clients_octets_are_split() {
        for (int split : points(upgraded(connect()).client(), stride(13))) {
            upgraded(connect().splitClientAt(split));
        }
    }

    @Test
    void a_session_works_octet_by_octet() {
        for (Start start : starts()) {
            for (Fragmentation octets : List.of(Fragmentation.OCTETS, Fragmentation.OCTETS.withBuffers(4_096))) {
                served(start, connect(start).fragmented(octets));
                WalkedSplits.count(1);
            }
        }
    }

    @Test
    void a_session_works_wherever_both_streams_are_split_in_the_clear() {
        for (Start start : starts()) {
            // The lines of every protocol, and the header of the first record.
            for (int split = 0; split < 200; split += plaintextStride()) {
                served(start, connect(start).fragmented(Fragmentation.at(split)));
                WalkedSplits.count(1);
            }
        }
    }

    @Property(tries = 300)
    void a_session_works_wherever_both_streams_are_split(
            @ForAll @From("starts") Start start,
            @ForAll @IntRange(max = 2_500) int toServer,
            @ForAll @IntRange(max = 2_500) int toClient) {
        served(start, connect(start).splitClientAt(toServer).splitServerAt(toClient));
    }

    @Property(tries = 100)
    void a_session_works_in_segments_and_buffers_of_any_size(
            @ForAll @From("starts") Start start,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toServer,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toClient,
            @ForAll @IntRange(min = 1, max = 600) int buffers) {
        MemoryLink link = connect(start);
        link.server().fragmented(Fragmentation.sizes(toServer).withBuffers(buffers));
        link.client().fragmented(Fragmentation.sizes(toClient).withBuffers(buffers));
        served(start, link);
    }

    @Property(tries = 120)
    void an_upgrade_works_however_reads_and_writes_are_interleaved(
            @ForAll @From("starts") Start start, @ForAll long seed) {
        upgraded(MemoryLink.random(newClient(start), newServer(start), seed));
    }

    @ParameterizedTest
    @EnumSource(names = "IMPLICIT", mode = EnumSource.Mode.EXCLUDE)
    void text_after_the_go_ahead_fails_the_client_wherever_it_is_split(Start start) {
        for (Exchange injected : List.of(protocol().probe(), protocol().inside().get(0))) {
            String all = protocol().upgrade().replyOctets() + injected.replyOctets();
            for (int split = 0; split <= all.length(); split++) {
                // The second piece comes before the first is answered, or after it.
                for (boolean answered : List.of(false, true)) {
                    Endpoint client = proposed(start);
                    List<String> announced = client.connection().report().offeredBefore();
                    give(client, all, split, answered);

                    assertThat(client.upgradeFailure().reason())
                            .as("split at %s, answered between: %s", split, answered)
                            .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
                    silentInTheClear(client, start);
                    // Whatever is made of it, it is nothing that came inside TLS.
                    assertThat(client.received()).isEmpty();
                    assertThat(client.connection().state()).isEqualTo(State.FAILED);
                    assertThat(client.connection().report().encrypted()).isFalse();
                    assertThat(client.connection().report().offeredBefore()).isEqualTo(announced);
                    assertThat(client.connection().report().offeredInside()).isEmpty();
                    WalkedSplits.count(1);
                }
            }
        }
    }

    @Test
    void text_that_comes_before_the_client_hello_has_left_fails_the_client() throws Exception {
        UpgradeConnection connection = newClient(TlsPolicy.REQUIRED);
        Endpoint client = proposed(connection);
        connection.receive(octets(protocol().upgrade().replyOctets()), NOTHING);
        assertThat(connection.state()).isEqualTo(State.HANDSHAKING);

        client.arrive(protocol().probe().replyOctets());
        // Read before it is written: the driver's choice, and the peer's chance.
        Throwable thrown = catchThrowable(
                () -> connection.receive(octets(protocol().probe().replyOctets()), NOTHING));

        assertThat(thrown).hasMessageContaining("PLAINTEXT_INJECTION in phase HANDSHAKE");
        assertThat(client.run().takeText()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC"})
    void text_after_the_command_fails_the_server_wherever_it_is_split(TlsPolicy policy) {
        for (String injected : injections()) {
            String all = protocol().upgrade().commandOctets() + injected;
            for (int split = 0; split <= all.length(); split++) {
                for (boolean answered : List.of(false, true)) {
                    Endpoint server = asked(newServer(policy));
                    give(server, all, split, answered);

                    assertThat(server.upgradeFailure().reason())
                            .as("%s split at %s, answered between: %s", injected, split, answered)
                            .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
                    // Either it said why, or nothing where the go-ahead was due, or the go-ahead and an alert: never an
                    // answer to what was added.
                    byte[] octets = server.take();
                    String said = new String(octets, StandardCharsets.ISO_8859_1);
                    String goAhead = protocol().upgrade().replyOctets();
                    String why =
                            new String(protocol().server(policy).injected().toOctets(), StandardCharsets.ISO_8859_1);
                    if (said.startsWith(goAhead)) {
                        assertThat(Records.fault(octets, goAhead.length())).isEmpty();
                    } else if (answered) {
                        assertThat(said).isEqualTo(why);
                    } else {
                        assertThat(said).isIn("", why);
                    }
                    WalkedSplits.count(1);
                }
            }
        }
    }

    @Test
    void text_that_comes_while_the_go_ahead_leaves_fails_the_server() throws Exception {
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
        for (String injected : injections()) {
            String all = protocol().upgrade().commandOctets() + injected;
            for (int split = 0; split <= all.length(); split++) {
                Endpoint server = asked(discardingServer());
                // What has not come when the go-ahead leaves can no longer be distinguished from TLS, and fails.
                give(server, all, split, false);
                assertThat(server.requireNoFailure().takeText())
                        .isEqualTo(protocol().upgrade().replyOctets());

                assertThat(inside(server, BareTls.client(CLIENT_CONTEXT).begin(), probe.commandOctets()))
                        .as("%s split at %s", injected, split)
                        .isEqualTo(probe.replyOctets());
                WalkedSplits.count(1);
            }
        }
    }

    @Test
    void a_fragment_after_the_command_is_not_joined_to_what_comes_inside() throws Exception {
        Exchange probe = protocol().probe();
        for (int length = 1; length < probe.command().length(); length++) {
            Endpoint server = asked(discardingServer());
            server.arrive(protocol().upgrade().commandOctets() + probe.command().substring(0, length))
                    .run()
                    .requireNoFailure()
                    .take();

            assertThat(inside(server, BareTls.client(CLIENT_CONTEXT).begin(), probe.commandOctets()))
                    .isEqualTo(probe.replyOctets());
        }
    }

    /** Invariant 2, whatever the server is. */
    @Property(tries = 500)
    void whatever_a_server_says_in_the_clear_the_client_says_no_more_than_the_upgrade_needs(
            @ForAll @From("plaintextStarts") Start start,
            @ForAll @From("serverFragments") List<String> said,
            @ForAll @IntRange(max = 300) int split) {
        Endpoint client = Endpoint.of(newClient(start)).send(SECRET);
        give(client.run(), String.join("", said), split, true);
        client.arriveEnd().run();

        assertThat(client.upgradeFailure()).isNotNull();
        assertThat(client.sentText())
                .doesNotContain("secret")
                .matches("(?s)(?:" + protocol().clientInTheClear() + ")?" + RECORDS);
    }

    @Property(tries = 500)
    void whatever_a_client_says_in_the_clear_the_server_answers_in_well_formed_lines(
            @ForAll @From("plaintextPolicies") TlsPolicy policy,
            @ForAll @From("clientFragments") List<String> said,
            @ForAll @IntRange(max = 300) int split) {
        // Its handler fails the test where a log-in reaches it.
        Endpoint server = Endpoint.of(
                new UpgradeConnection(protocol().guardedServer(policy), settings(policy), new Peer("127.0.0.1", 2)));
        give(server.run(), String.join("", said), split, true);

        assertThat(server.sentText()).matches("(?s)(?:" + protocol().answerInTheClear(policy) + ")*" + RECORDS);
    }

    @Provide
    protected Arbitrary<Start> plaintextStarts() {
        return Arbitraries.of(EnumSet.complementOf(EnumSet.of(Start.IMPLICIT)));
    }

    @Provide
    protected Arbitrary<TlsPolicy> plaintextPolicies() {
        return Arbitraries.of(EnumSet.complementOf(EnumSet.of(TlsPolicy.IMPLICIT)));
    }

    @Provide
    protected Arbitrary<List<String>> serverFragments() {
        return fragments(protocol().serverFragments());
    }

    @Provide
    protected Arbitrary<List<String>> clientFragments() {
        return fragments(protocol().clientFragments());
    }

    private static Arbitrary<List<String>> fragments(List<String> ofProtocol) {
        List<String> all = new ArrayList<>(ofProtocol);
        all.addAll(BROKEN_FRAGMENTS);
        return Arbitraries.of(all).list().ofMaxSize(12);
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_the_client_leaves_in_the_clear_wherever_the_server_goes_wrong(Trouble trouble) {
        for (Start start : List.of(Start.ASKED, Start.IMPLICIT)) {
            for (int kept : points(upgraded(connect(start)).server(), 67)) {
                MemoryLink link = connect(start).loseServerAfter(kept);
                link.client().send(SECRET);
                link.run();
                boolean ready = link.client().connection().ready();
                trouble.happensTo(link.client());

                if (!ready) {
                    assertThat(link.client().failure())
                            .as("%s after %s octets, %s", trouble, kept, start)
                            .isPresent();
                }
                silentInTheClear(link.client(), start);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothing_of_the_server_leaves_in_the_clear_wherever_the_client_goes_wrong(Trouble trouble) {
        MemoryLink whole = upgraded(connect());
        int command = plaintext(whole.server());
        for (int kept : points(whole.client(), 37)) {
            MemoryLink link = connect().loseClientAfter(kept);
            link.run();
            byte[] before = link.server().sent();
            trouble.happensTo(link.server());

            byte[] sent = link.server().sent();
            if (before.length >= command) {
                assertThat(Records.fault(sent, command))
                        .as("%s after %s octets", trouble, kept)
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_server_that_refuses_does_not_hear_from_a_strict_client_again(Trouble trouble) {
        Endpoint client = proposed(newClient(TlsPolicy.REQUIRED)).send(SECRET);
        client.arrive(protocol().refusal() + "\r\n").run();
        trouble.happensTo(client);

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(client.upgradeFailure().reply()).contains(protocol().refusal());
        assertThat(client.take()).isEmpty();
    }

    @Test
    void an_opportunistic_client_that_is_refused_goes_on_in_plaintext() {
        Endpoint client = proposed(newClient(TlsPolicy.OPPORTUNISTIC)).send(SECRET);
        client.arrive(protocol().refusal() + "\r\n").run().requireNoFailure();

        assertThat(client.connection().ready()).isTrue();
        assertThat(client.takeText()).endsWith(SECRET);
        assertThat(client.connection().report().encrypted()).isFalse();
    }

    @Test
    void after_the_go_ahead_an_opportunistic_client_has_no_way_back_either() {
        for (Trouble trouble : Trouble.values()) {
            Endpoint client = proposed(newClient(TlsPolicy.OPPORTUNISTIC)).send(SECRET);
            client.arrive(protocol().upgrade().replyOctets()).run();
            trouble.happensTo(client);

            assertThat(client.failure()).as("%s", trouble).isPresent();
            silentInTheClear(client, Start.ASKED);
        }
    }

    @Test
    void a_truncation_is_no_end_wherever_it_comes() {
        for (int kept : points(upgraded(connect()).server(), stride(17))) {
            MemoryLink link = connect().loseServerAfter(kept);
            link.run();
            Endpoint client = link.client();
            State state = client.connection().state();
            boolean ready = client.connection().ready();
            client.arriveEnd().run();

            assertThat(client.failure()).as("end after %s octets", kept).isPresent();
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
        Endpoint client = proposed(connection);
        client.arrive(protocol().upgrade().replyOctets()).run();
        client.arrive(server.feed(client.take()).take()).run();
        for (Exchange exchange : protocol().inside()) {
            assertThat(connection.ready()).isFalse();
            assertThat(server.feed(client.take()).heard()).isEqualTo(exchange.commandOctets());
            client.arrive(server.say(exchange.replyOctets()).take()).run();
        }
        client.requireNoFailure();
        assertThat(connection.ready()).isTrue();
    }

    @Test
    void what_was_announced_before_is_forgotten_and_asked_again() {
        MemoryLink link = upgraded(connect());

        assertThat(link.client().connection().report().offeredBefore()).isNotEmpty();
        assertThat(link.client().connection().report().offeredInside()).isNotEmpty();
        assertThat(link.client().connection().report().offeredInside())
                .isNotEqualTo(link.client().connection().report().offeredBefore());
    }

    /** A client's connection. */
    protected UpgradeConnection newClient(TlsPolicy policy) {
        return newClient(policy, DirectUpgrade.NEVER, HostFacts.NONE);
    }

    private UpgradeConnection newClient(Start start) {
        return newClient(start.policy, start.direct, start.facts());
    }

    private UpgradeConnection newClient(TlsPolicy policy, DirectUpgrade direct, HostFacts facts) {
        Peer peer = new Peer("localhost", PORT.incrementAndGet() & 0x7fff);
        HostMemory memory = HostMemory.inMemory(1);
        memory.update(peer.host(), peer.port(), none -> facts);
        return new UpgradeConnection(
                protocol().client(),
                UpgradeSettings.of(policy)
                        .withTls(TlsSettings.builder().engines(clientEngines()).build())
                        .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE))
                        .withDirect(direct)
                        .withMemory(memory),
                peer);
    }

    /** A server's connection. */
    protected UpgradeConnection newServer(TlsPolicy policy) {
        return newServer(settings(policy));
    }

    private UpgradeConnection newServer(Start start) {
        UpgradeSettings settings = settings(start.policy);
        return newServer(start == Start.WITH_HELLO ? settings.withInjection(InjectionResponse.HANDSHAKE) : settings);
    }

    private UpgradeConnection discardingServer() {
        return newServer(settings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.DISCARD));
    }

    private UpgradeConnection newServer(UpgradeSettings settings) {
        return new UpgradeConnection(protocol().server(settings.policy()), settings, new Peer("127.0.0.1", 2));
    }

    private UpgradeSettings settings(TlsPolicy policy) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().engines(serverEngines()).build())
                .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE));
    }

    private MemoryLink connect() {
        return connect(Start.ASKED);
    }

    private MemoryLink connect(Start start) {
        return MemoryLink.between(newClient(start), newServer(start));
    }

    /** Runs until the client is ready and has had a command answered. */
    private MemoryLink upgraded(MemoryLink link) {
        return answered(link, List.of(protocol().probe()));
    }

    /** Runs a whole session, to its end. */
    private MemoryLink served(Start start, MemoryLink link) {
        answered(link, protocol().session());
        silentInTheClear(link.client(), start);
        assertThat(link.client().connection().report().offeredInside())
                .isEqualTo(protocol().announcedInside());
        assertThat(link.client().connection().inputEnded()).isTrue();
        return link;
    }

    private MemoryLink answered(MemoryLink link, List<Exchange> session) {
        StringBuilder answers = new StringBuilder();
        for (Exchange exchange : session) {
            link.client().send(exchange.commandOctets());
            link.run();
            link.client().requireNoFailure();
            link.server().requireNoFailure();
            assertThat(link.client().connection().ready()).isTrue();
            assertThat(link.client().connection().report().encrypted()).isTrue();
            answers.append(exchange.replyOctets());
            assertThat(link.client().received()).isEqualTo(answers.toString());
        }
        return link;
    }

    /** A client that has sent its upgrade command. */
    private Endpoint proposed(UpgradeConnection connection) {
        Endpoint client = Endpoint.of(connection);
        for (Exchange exchange : protocol().before()) {
            assertThat(client.run().takeText()).isEqualTo(exchange.commandOctets());
            client.arrive(exchange.replyOctets());
        }
        assertThat(client.run().takeText()).isEqualTo(protocol().upgrade().commandOctets());
        assertThat(connection.state()).isEqualTo(State.PROPOSED);
        return client.requireNoFailure();
    }

    private Endpoint proposed(Start start) {
        if (start == Start.ASKED) {
            return proposed(newClient(start));
        }
        Endpoint client = Endpoint.of(newClient(start));
        Exchange greeting = protocol().before().get(0);
        String sent = client.arrive(greeting.replyOctets()).run().takeText();
        assertThat(sent).startsWith(protocol().upgrade().commandOctets());
        assertThat(client.connection().state())
                .isEqualTo(start == Start.WITH_HELLO ? State.PROPOSED_WITH_HELLO : State.PROPOSED);
        return client.requireNoFailure();
    }

    /** A server that has answered all that comes before the upgrade command. */
    private Endpoint asked(UpgradeConnection connection) {
        Endpoint server = Endpoint.of(connection).run();
        for (Exchange exchange : protocol().before()) {
            server.arrive(exchange.commandOctets()).run();
        }
        server.requireNoFailure().take();
        return server;
    }

    /** What might be added after the upgrade command. */
    private List<String> injections() {
        List<String> all = new ArrayList<>(protocol().injections());
        all.add(protocol().probe().commandOctets());
        return all;
    }

    /** Gives octets in two pieces, the second before the first is answered or after it, and answers. */
    private static void give(Endpoint to, String octets, int split, boolean answered) {
        int at = Math.min(split, octets.length());
        to.receive(octets.substring(0, at));
        if (answered) {
            to.run();
        }
        to.receive(octets.substring(at)).run();
    }

    private static String inside(Endpoint server, BareTls client, String words) throws Exception {
        while (!client.established()) {
            byte[] flight = client.take();
            assertThat(flight).isNotEmpty();
            server.arrive(flight).run().requireNoFailure();
            client.feed(server.take());
        }
        server.arrive(client.take()).run().requireNoFailure();
        client.feed(server.take());
        server.arrive(client.say(words).take()).run().requireNoFailure();
        return client.feed(server.take()).heard();
    }

    /**
     * Where to split what an endpoint sends: at every octet of its lines, of the first record's header and of the last
     * records, and every few octets in between, whose splits the pump's own tests try one by one.
     */
    private static List<Integer> points(Endpoint endpoint, int stride) {
        int plain = plaintext(endpoint) + 8;
        int length = endpoint.sent().length;
        List<Integer> points = IntStream.range(0, length)
                .filter(at -> at <= plain || at >= length - 4 || at % stride == 0)
                .boxed()
                .toList();
        WalkedSplits.count(points.size());
        return points;
    }

    /** How many octets an endpoint sent in the clear. */
    private static int plaintext(Endpoint endpoint) {
        byte[] sent = endpoint.sent();
        int at = 0;
        while (at < sent.length && !(sent[at] == 22 && sent[at + 1] == 3)) {
            at++;
        }
        return at;
    }

    /** What a client has sent is its lines up to the upgrade command, and records after them. */
    private void silentInTheClear(Endpoint client, Start start) {
        String sent = client.sentText();
        String plain = plaintextOf(start);
        if (sent.length() <= plain.length()) {
            assertThat(plain).startsWith(sent);
        } else {
            assertThat(sent).startsWith(plain);
            assertThat(Records.fault(client.sent(), plain.length())).isEmpty();
        }
        assertThat(sent).doesNotContain("secret");
    }

    private String plaintextOf(Start start) {
        return switch (start) {
            case IMPLICIT -> "";
            case UNASKED, WITH_HELLO -> protocol().upgrade().commandOctets();
            case ASKED ->
                protocol().before().stream().map(Exchange::commandOctets).collect(Collectors.joining())
                        + protocol().upgrade().commandOctets();
        };
    }

    private static ByteBuffer octets(String words) {
        return ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
    }
}
