package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Answers;
import org.mockito.invocation.InvocationOnMock;

/** Invariant 5: what a peer can make this side hold, or wait for, is bounded. */
class BoundsTest {

    private static final String SUITE = "TLS_AES_128_GCM_SHA256";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final UpgradeLimits SMALL =
            new UpgradeLimits(100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO);

    @Test
    void a_line_without_end_fails_at_its_limit_and_no_more_of_it_is_held() {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL));
        Endpoint client = Endpoint.of(connection);
        for (int i = 0; i < 101; i++) {
            assertThat(connection.held()).isLessThanOrEqualTo(100);
            client.arrive("x").run();
        }
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
        assertThat(connection.held()).isZero();
    }

    @Test
    void lines_without_end_fail_at_their_count() {
        Endpoint client = Endpoint.of(client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)))
                .arrive("HELLO there\r\n" + "CAP X\r\n".repeat(5))
                .run()
                .requireNoFailure()
                .arrive("CAP X\r\n")
                .run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure()).hasMessageContaining("at most 5 lines in one phase");
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
    }

    @Test
    void octets_without_end_fail_at_their_count() {
        String line = "CAP " + "X".repeat(94) + "\r\n";
        Endpoint client = Endpoint.of(client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)))
                .arrive("HELLO there\r\n" + line.repeat(3))
                .run()
                .requireNoFailure()
                .arrive("C")
                .run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure()).hasMessageContaining("at most 300 octets in one phase");
    }

    @Test
    void untagged_lines_while_the_reply_to_the_command_is_awaited_are_bounded_too() {
        Endpoint client = Connections.proposed(
                        client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)))
                .arrive("WAIT\r\n".repeat(6))
                .run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
    }

    @Test
    void lines_without_end_fail_inside_tls_too() throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING);
        Endpoint client =
                Connections.proposed(client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)));
        client.arrive("GO\r\n").run();
        client.arrive(tls.feed(client.take()).take()).run();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        client.arrive(tls.say("CAP X\r\n".repeat(6)).take()).run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @Test
    void a_drip_of_one_octet_a_second_does_not_buy_time() {
        for (String said : List.of("HELLO there\r\n", "")) {
            Endpoint client =
                    Endpoint.of(client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)));
            client.arrive(said).run();
            for (int second = 1; second < 10; second++) {
                client.at(SECOND.toNanos() * second).arrive("C").run().requireNoFailure();
            }
            client.at(SECOND.toNanos() * 10);
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        }
    }

    @Test
    void a_drip_within_the_handshake_does_not_buy_time() throws Exception {
        Endpoint client =
                Connections.proposed(client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL)));
        client.arrive("GO\r\n").run();
        byte[] flight = BareTls.server(Connections.SERVING).feed(client.take()).take();
        for (int second = 1; second < 10; second++) {
            client.at(SECOND.toNanos() * second)
                    .arrive(new byte[] {flight[second - 1]})
                    .run()
                    .requireNoFailure();
        }
        client.at(SECOND.toNanos() * 10);
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
    }

    @Test
    void a_server_gives_each_line_its_time_and_each_client_its_number_of_lines() {
        Endpoint server = Endpoint.of(server(serverSettings(TlsPolicy.REQUIRED).withLimits(SMALL)));
        // The first is still counted with the greeting.
        for (int line = 1; line <= 6; line++) {
            server.at(SECOND.toNanos() * 9 * line).arrive("ECHO x\r\n").run().requireNoFailure();
        }
        server.arrive("ECHO x\r\n").run();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @Test
    void a_session_that_may_stay_in_plaintext_is_not_counted() {
        Endpoint server =
                Endpoint.of(server(serverSettings(TlsPolicy.OPPORTUNISTIC).withLimits(SMALL)));
        for (int line = 0; line < 50; line++) {
            server.arrive("ECHO x\r\n").run().requireNoFailure();
        }
    }

    @Test
    void a_client_that_takes_no_replies_is_not_listened_to() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.OPPORTUNISTIC);
        connection.begin(0);
        ByteBuffer flood = Connections.octets(("ECHO " + "x".repeat(500) + "\r\n").repeat(1_000));
        connection.receive(flood, Connections.NOTHING);

        assertThat(flood.hasRemaining()).isTrue();
        assertThat(connection.want()).isEqualTo(Want.WRITE);
        assertThat(connection.held()).isLessThan(16_384 + 600);
    }

    @ParameterizedTest
    @CsvSource({"true, WRITE", "false, AGAIN"})
    void one_call_takes_few_records_of_one_octet_whatever_new_keys_come_between_them(boolean asking, Want due)
            throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING, "TLSv1.3").begin();
        SSLEngine[] engine = new SSLEngine[1];
        UpgradeConnection connection = server(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                .withTls(TlsSettings.builder()
                        .engines((host, port) -> engine[0] = Connections.SERVING.createSSLEngine(host, port))
                        .build()));
        Endpoint server = Endpoint.of(connection);
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run().requireNoFailure();
        tls.feed(server.take());
        for (int i = 0; i < 40; i++) {
            // Either side, when asked, answers with keys that ask for nothing.
            (asking ? tls.engine() : engine[0]).beginHandshake();
            tls.feed(server.run().take()).say("x");
        }
        ByteBuffer network = ByteBuffer.wrap(tls.take());
        int left = records(network);
        assertThat(left).isEqualTo(80);
        while (left > 0) {
            connection.receive(network, Connections.NOTHING);
            assertThat(left - records(network)).as("records of one call").isBetween(1, 8);
            left = records(network);
            if (left > 0) {
                assertThat(connection.want()).isEqualTo(due);
            }
            if (asking) {
                tls.feed(server.run().take());
            }
        }
        server.arrive(tls.say("\r\n").take()).run().requireNoFailure();
        assertThat(tls.feed(server.take()).heard()).endsWith("NO such command\r\n");
    }

    @Test
    void a_handshake_without_end_is_bounded() throws Exception {
        // Empty records of a handshake that never comes: each is taken, and none gets any further.
        Endpoint server = Endpoint.of(server(TlsPolicy.IMPLICIT));
        byte[] hello = BareTls.client(Connections.TRUSTING).begin().take();
        // A message that claims to be longer than what comes.
        byte[] endless = new byte[5 + 16_000];
        System.arraycopy(hello, 0, endless, 0, 5);
        endless[3] = (byte) (16_000 >> 8);
        endless[4] = (byte) 16_000;
        endless[5] = 1;
        endless[6] = (byte) 0xff;
        for (int i = 0; i < 40 && server.failure().isEmpty(); i++) {
            server.arrive(endless).run();
        }
        assertThat(server.upgradeFailure().reason()).isIn(FailureReason.LIMIT_EXCEEDED, FailureReason.HANDSHAKE_FAILED);
        assertThat(server.connection().held()).isLessThan(70_000);
    }

    /** SunJSSE bounds a message of the handshake by itself; engines need not, nor do they bound how many there are. */
    @Test
    void a_handshake_that_the_engine_takes_without_end_fails_at_its_limit() {
        int limit = 262_144;
        ByteBuffer endless = ByteBuffer.allocate(limit + 1);
        while (endless.hasRemaining()) {
            int length = Math.min(16_000, Math.max(0, endless.remaining() - 5));
            byte[] record = Arrays.copyOf(new byte[] {22, 3, 3, (byte) (length >> 8), (byte) length}, 5 + length);
            endless.put(record, 0, Math.min(record.length, endless.remaining()));
        }
        SSLEngine taking = mock(SSLEngine.class, withSettings().stubOnly().defaultAnswer(BoundsTest::taking));
        Endpoint server = Endpoint.of(server(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                        .withTls(TlsSettings.builder()
                                .engines((host, port) -> taking)
                                .build())))
                .arrive(Arrays.copyOf(endless.array(), limit))
                .run()
                .requireNoFailure();
        server.arrive(new byte[] {endless.get(limit)}).run();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure()).hasMessageContaining("at most 262144 octets");
    }

    private static Object taking(InvocationOnMock call) throws Throwable {
        return switch (call.getMethod().getName()) {
            case "getHandshakeStatus" -> HandshakeStatus.NEED_UNWRAP;
            case "getSession" ->
                mock(SSLSession.class, withSettings().stubOnly().defaultAnswer(BoundsTest::taking));
            case "getApplicationBufferSize", "getPacketBufferSize" -> 17_000;
            case "getSSLParameters" -> new SSLParameters(new String[] {SUITE}, new String[] {"TLSv1.3", "TLSv1.2"});
            case "getSupportedProtocols", "getEnabledProtocols" -> new String[] {"TLSv1.3", "TLSv1.2"};
            case "getSupportedCipherSuites", "getEnabledCipherSuites" -> new String[] {SUITE};
            case "unwrap" -> {
                ByteBuffer network = call.getArgument(0);
                int record = network.remaining() < 5 ? 5 : 5 + network.getShort(network.position() + 3);
                if (network.remaining() < record) {
                    yield new SSLEngineResult(Status.BUFFER_UNDERFLOW, HandshakeStatus.NEED_UNWRAP, 0, 0);
                }
                network.position(network.position() + record);
                yield new SSLEngineResult(Status.OK, HandshakeStatus.NEED_UNWRAP, record, 0);
            }
            default -> Answers.RETURNS_DEFAULTS.answer(call);
        };
    }

    @ParameterizedTest
    @CsvSource({"REQUIRED, 8192", "OPPORTUNISTIC, 8192"})
    void what_is_held_is_bounded_whatever_comes(TlsPolicy policy, int line) {
        UpgradeConnection connection = server(new LineProtocolServer(), serverSettings(policy));
        Endpoint server = Endpoint.of(connection);
        Random random = new Random(7);
        byte[] octets = new byte[1_000];
        for (int i = 0; i < 500 && server.failure().isEmpty(); i++) {
            random.nextBytes(octets);
            for (int at = 0; at < octets.length; at++) {
                octets[at] = (byte) (' ' + (octets[at] & 0x3f));
            }
            server.arrive(octets).run();
            assertThat(connection.held()).isLessThanOrEqualTo(line);
        }
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @Test
    void a_time_of_centuries_does_not_overflow() {
        UpgradeLimits patient = UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofDays(365_000));
        Endpoint.of(client(clientSettings(TlsPolicy.REQUIRED).withLimits(patient)))
                .at(Long.MAX_VALUE / 4)
                .requireNoFailure();
    }

    private static int records(ByteBuffer network) {
        int count = 0;
        for (int at = network.position(); at < network.limit(); at += 5 + network.getShort(at + 3)) {
            count++;
        }
        return count;
    }
}
