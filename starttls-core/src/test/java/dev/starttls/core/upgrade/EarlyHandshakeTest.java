package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A ClientHello that comes in one piece with the upgrade command (RFC 9051 section 6.2.1, option 1). */
class EarlyHandshakeTest {

    private static final String GREETING = "HELLO there\r\n";

    private final PoliteServer dialogue = new PoliteServer().takingEarlyHellos();

    @Test
    void it_is_given_to_the_handshake_in_every_split() throws Exception {
        // Of TLS 1.2, whose hello is the shorter one.
        boolean cutInside = true;
        for (int cut = 0; cutInside; cut++) {
            cutInside = upgrades(cut, Fragmentation.WHOLE, "TLSv1.2");
        }
    }

    @Test
    void it_is_given_to_the_handshake_octet_by_octet() throws Exception {
        upgrades(0, Fragmentation.OCTETS, "TLSv1.3");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void it_is_given_to_the_handshake_in_random_pieces(long seed) throws Exception {
        upgrades((int) seed, Fragmentation.random(seed), "TLSv1.3");
    }

    /** Returns whether the cut was within the command and its hello. */
    private static boolean upgrades(int cut, Fragmentation fragmentation, String version) throws Exception {
        PoliteServer serving = new PoliteServer().takingEarlyHellos();
        Endpoint server = Endpoint.of(Connections.server(serving, settings()))
                .fragmented(fragmentation)
                .run();
        BareTls tls = BareTls.client(Connections.TRUSTING, version).begin();
        byte[] early = early(tls.take());
        int at = Math.min(cut, early.length);
        server.arrive(Arrays.copyOf(early, at))
                .arrive(Arrays.copyOfRange(early, at, early.length))
                .run()
                .requireNoFailure();
        byte[] sent = server.take();
        String plain = GREETING + "GO\r\n";
        assertThat(new String(sent, 0, plain.length(), StandardCharsets.ISO_8859_1))
                .as("cut at " + cut)
                .isEqualTo(plain);
        assertThat(Records.fault(sent, plain.length())).isEmpty();
        tls.feed(Arrays.copyOfRange(sent, plain.length(), sent.length));
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run().requireNoFailure();
        tls.feed(server.take());
        server.arrive(tls.say("ECHO inside\r\n").take()).run().requireNoFailure();
        assertThat(tls.feed(server.take()).heard()).isEqualTo("SAID inside\r\n");
        assertThat(serving.executed()).containsExactly("UPGRADE", "inside ECHO inside");
        return cut < early.length;
    }

    @Test
    void none_of_its_octets_is_taken_before_the_go_ahead_has_left() throws Exception {
        UpgradeConnection server = Connections.server(dialogue, settings());
        Endpoint.of(server).run();
        byte[] hello = BareTls.client(Connections.TRUSTING).begin().take();
        ByteBuffer network = ByteBuffer.wrap(early(hello));
        server.receive(network, Connections.NOTHING);
        assertThat(network.remaining()).isEqualTo(hello.length);
        server.receive(network, Connections.NOTHING);
        assertThat(network.remaining()).isEqualTo(hello.length);
        assertThat(server.want()).isEqualTo(Want.WRITE);
        assertThat(server.state()).isEqualTo(State.PROPOSED);
        server.transmit(Connections.NOTHING, ByteBuffer.allocate(100));
        assertThat(server.state()).isEqualTo(State.HANDSHAKING);
        server.receive(network, Connections.NOTHING);
        assertThat(network.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECHO x\r\n", "\r\n", " ", "\0", "\25\3\3\0\2\2\50", "\27\3\3\0\1x", "\u0080"})
    void anything_else_is_an_injection_in_every_split(String injected) {
        String words = "UPGRADE\r\n" + injected;
        for (int cut = 0; cut <= words.length(); cut++) {
            PoliteServer serving = new PoliteServer().takingEarlyHellos();
            UpgradeConnection connection = Connections.server(serving, settings());
            Endpoint server = Endpoint.of(connection).run();
            server.take();
            // Both pieces come before the go-ahead leaves.
            assertThat(feed(connection, words.substring(0, cut)) || feed(connection, words.substring(cut)))
                    .as("cut at " + cut)
                    .isTrue();
            server.run();
            assertThat(server.takeText()).doesNotContain("SAID");
            assertThat(serving.end().failure().orElseThrow().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(serving.executed()).containsExactly("UPGRADE");
        }
    }

    @Test
    void what_only_begins_like_a_hello_is_refused_by_the_handshake_and_never_executed() {
        Endpoint server = Endpoint.of(Connections.server(dialogue, settings())).run();
        server.arrive("UPGRADE\r\n\26ECHO x\r\nECHO y\r\n").run();
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(dialogue.executed()).containsExactly("UPGRADE");
    }

    @Test
    void commands_after_an_early_hello_are_refused_by_the_handshake_and_never_executed() throws Exception {
        Endpoint server = Endpoint.of(Connections.server(dialogue, settings())).run();
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        byte[] early = early(tls.take());
        byte[] more = Arrays.copyOf(early, early.length + 8);
        System.arraycopy("ECHO x\r\n".getBytes(StandardCharsets.US_ASCII), 0, more, early.length, 8);
        server.arrive(more).run();
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(dialogue.executed()).containsExactly("UPGRADE");
    }

    @ParameterizedTest
    @EnumSource(
            value = InjectionResponse.class,
            names = {"FAIL", "DISCARD"})
    void unless_it_is_asked_for_an_early_hello_is_an_injection_or_thrown_away(InjectionResponse response)
            throws Exception {
        UpgradeSettings settings =
                Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(response);
        Endpoint server = Endpoint.of(Connections.server(dialogue, settings)).run();
        server.arrive(early(BareTls.client(Connections.TRUSTING).begin().take()))
                .run();
        assertThat(server.failure().isPresent()).isEqualTo(response == InjectionResponse.FAIL);
        assertThat(server.connection().state())
                .isEqualTo(response == InjectionResponse.FAIL ? State.FAILED : State.HANDSHAKING);
    }

    @Test
    void what_is_thrown_away_is_bounded() throws Exception {
        UpgradeConnection server = Connections.server(
                dialogue, Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.DISCARD));
        Endpoint side = Endpoint.of(server).run();
        server.receive(Connections.octets("UPGRADE\r\n"), Connections.NOTHING);
        int taken = 0;
        while (server.state() != State.FAILED && taken < 1_000_000) {
            // A driver that reads on although the go-ahead has not left.
            feed(server, "x".repeat(1_000));
            taken += 1_000;
        }
        assertThat(taken).isLessThanOrEqualTo(UpgradeLimits.DEFAULT.octetsPerPhase() + 1_000);
        assertThat(dialogue.end().failure().orElseThrow().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(side.run().take()).isNotNull();
    }

    /** Returns whether the connection failed. */
    private static boolean feed(UpgradeConnection connection, String words) {
        try {
            connection.receive(Connections.octets(words), Connections.NOTHING);
        } catch (IOException e) {
            return true;
        }
        return connection.want() == Want.WRITE && connection.state() == State.PLAINTEXT;
    }

    private static byte[] early(byte[] hello) {
        byte[] command = "UPGRADE\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(command, command.length + hello.length);
        System.arraycopy(hello, 0, both, command.length, hello.length);
        return both;
    }

    private static UpgradeSettings settings() {
        return Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE);
    }
}
