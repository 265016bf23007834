package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.NOTHING;
import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.octets;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Invariant 8: a driver that does what the connection wants gets on or fails. {@link Endpoint} is such a driver; its error is
 * a turn that moved nothing.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ConnectionProgressTest {

    @ParameterizedTest
    @CsvSource({
        "NEED_WRAP, OK", "NEED_WRAP, BUFFER_UNDERFLOW", "NEED_WRAP, BUFFER_OVERFLOW", "NEED_WRAP, CLOSED",
        "NEED_UNWRAP, OK", "NEED_UNWRAP, BUFFER_UNDERFLOW", "NEED_UNWRAP, BUFFER_OVERFLOW", "NEED_UNWRAP, CLOSED",
        "NEED_UNWRAP_AGAIN, OK", "NOT_HANDSHAKING, OK", "FINISHED, OK", "NEED_TASK, OK"
    })
    void an_engine_that_gets_nowhere_fails_or_waits_for_its_deadline(HandshakeStatus says, Status answers)
            throws Exception {
        for (Role role : Role.values()) {
            SSLEngine engine = stuck(says, answers);
            UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withTls(TlsSettings.builder()
                            .engines((host, port) -> engine)
                            .build());
            UpgradeConnection connection = role == Role.CLIENT ? client(settings) : server(settings);
            Endpoint side = Endpoint.of(connection);
            for (int i = 0; i < 20; i++) {
                side.run().arrive(new byte[] {22, 3, 3, 0, 1, 0});
            }
            side.run().at(UpgradeLimits.DEFAULT.timePerPhase().toNanos()).run();
            assertThat(side.failure()).isPresent();
            assertThat(connection.state()).isEqualTo(State.FAILED);
            assertThat(connection.want()).isEqualTo(Want.NOTHING);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "IMPLICIT"})
    void a_close_without_lines_inside_tls_says_close_notify(TlsPolicy policy) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Dialogue closing = new LastWord(new Step.Close(List.of()));
        Endpoint server = handshake(server(closing, serverSettings(policy)), policy, tls);

        server.requireNoFailure();
        assertThat(tls.ended()).isTrue();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(server.connection().want()).isEqualTo(Want.NOTHING);
        assertThat(server.connection().ready()).isFalse();
    }

    @Test
    void a_close_with_lines_inside_tls_says_them_before_close_notify() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = handshake(server(TlsPolicy.IMPLICIT), TlsPolicy.IMPLICIT, tls);
        assertThat(tls.heard()).isEqualTo("HELLO inside\r\n");
        server.arrive(tls.say("BYE\r\nECHO never\r\n").take()).run().requireNoFailure();

        assertThat(tls.feed(server.take()).heard()).isEqualTo("BYE\r\n");
        assertThat(tls.ended()).isTrue();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void a_close_in_plaintext_says_its_lines() {
        Endpoint server = Endpoint.of(server(TlsPolicy.REQUIRED)).fragmented(Fragmentation.OCTETS);
        server.arrive("BYE\r\nECHO never\r\n").run().requireNoFailure();

        assertThat(server.takeText()).isEqualTo("HELLO there\r\nBYE\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "IMPLICIT"})
    void a_failure_with_last_lines_is_reported_after_them(TlsPolicy policy) throws Exception {
        Endpoint server;
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        if (policy == TlsPolicy.IMPLICIT) {
            server = handshake(server(policy), policy, tls);
            tls.heard();
            server.arrive(tls.say("WRONG\r\n").take())
                    .fragmented(Fragmentation.OCTETS)
                    .run();
            assertThat(tls.feed(server.take()).heard()).isEqualTo("NO sense\r\n");
            assertThat(tls.ended()).isTrue();
        } else {
            server = Endpoint.of(server(policy))
                    .arrive("WRONG\r\n")
                    .fragmented(Fragmentation.OCTETS)
                    .run();
            assertThat(server.takeText()).isEqualTo("HELLO there\r\nNO sense\r\n");
        }
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(server.connection().state()).isEqualTo(State.FAILED);
        assertThat(server.connection().want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void a_failure_whose_last_lines_are_not_taken_is_reported_when_time_is_over() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.REQUIRED);
        connection.begin(0);
        connection.receive(octets("WRONG\r\n"), NOTHING);
        assertThat(connection.want()).isEqualTo(Want.WRITE);
        assertThat(catchThrowable(() -> connection.tick(connection.deadline().orElseThrow())))
                .hasMessageContaining("PROTOCOL_VIOLATION");
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Property(tries = 40)
    void commands_in_a_heap_are_all_answered_however_slowly_the_answers_leave(@ForAll long seed) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = handshake(server(TlsPolicy.IMPLICIT), TlsPolicy.IMPLICIT, tls);
        tls.heard();
        String command = "ECHO " + "x".repeat(400) + "\r\n";
        server.fragmented(Fragmentation.random(seed));
        server.arrive(tls.say(command.repeat(120)).take()).run().requireNoFailure();

        assertThat(tls.feed(server.take()).heard())
                .isEqualTo(command.replace("ECHO", "SAID").repeat(120));
        assertThat(server.connection().want()).isEqualTo(Want.READ);
    }

    @Property(tries = 40)
    void commands_in_a_heap_are_all_answered_in_plaintext_too(@ForAll long seed) {
        String command = "ECHO " + "x".repeat(400) + "\r\n";
        Endpoint server = Endpoint.of(server(TlsPolicy.OPPORTUNISTIC)).fragmented(Fragmentation.random(seed));
        server.arrive(command.repeat(120)).run().requireNoFailure();

        assertThat(server.takeText())
                .isEqualTo("HELLO there\r\n" + command.replace("ECHO", "SAID").repeat(120));
    }

    @Property(tries = 30)
    void last_lines_of_a_client_that_is_ready_leave_before_the_applications(@ForAll long seed) {
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT, TlsPolicy.DISABLED)) {
            MemoryLink link = MemoryLink.random(
                    client(new LineProtocolClient(List.of("ECHO 1", "ECHO 2")), Connections.clientSettings(policy)),
                    server(serverSettings(policy)),
                    seed);
            link.client().send("ECHO 3\r\n");
            link.run();
            link.client().requireNoFailure();
            assertThat(link.client().received()).isEqualTo("SAID 1\r\nSAID 2\r\nSAID 3\r\n");
        }
    }

    @Property(tries = 30)
    void what_comes_after_the_last_line_of_the_dialogue_is_the_applications(@ForAll long seed) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = handshake(server(TlsPolicy.IMPLICIT), TlsPolicy.IMPLICIT, tls);
        server.fragmented(Fragmentation.random(seed));
        server.arrive(tls.say("CAPS\r\nRAW\r\nno line at all").take())
                .send("nor this")
                .run()
                .requireNoFailure();

        assertThat(server.connection().ready()).isTrue();
        assertThat(server.received()).isEqualTo("no line at all");
        assertThat(tls.feed(server.take()).heard()).endsWith("END\r\nnor this");
    }

    @Test
    void the_first_command_inside_tls_leaves_with_the_clients_finished() throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING);
        UpgradeConnection connection = client(TlsPolicy.REQUIRED);
        Endpoint client = Connections.proposed(connection);
        client.arrive("GO\r\n").run();
        byte[] flight = tls.feed(client.take()).take();
        ByteBuffer network = ByteBuffer.wrap(flight);
        ByteBuffer last = ByteBuffer.allocate(0);
        while (connection.state() == State.HANDSHAKING) {
            last = ByteBuffer.allocate(20_000);
            connection.receive(network, NOTHING);
            connection.task().ifPresent(Runnable::run);
            connection.transmit(NOTHING, last);
            tls.feed(Arrays.copyOf(last.array(), last.position()));
        }
        // Nothing of the client's came after the call that made its Finished.
        assertThat(tls.heard()).isEqualTo("CAPS\r\n");
        assertThat(connection.want()).isEqualTo(Want.READ);
    }

    /** Does everything but get on. */
    private static SSLEngine stuck(HandshakeStatus says, Status answers) throws Exception {
        SSLEngine engine = mock(SSLEngine.class);
        SSLSession session = mock(SSLSession.class);
        when(session.getPacketBufferSize()).thenReturn(16_709);
        when(session.getApplicationBufferSize()).thenReturn(16_704);
        when(session.getProtocol()).thenReturn("TLSv1.3");
        when(session.getCipherSuite()).thenReturn("SSL_NULL_WITH_NULL_NULL");
        when(engine.getSession()).thenReturn(session);
        when(engine.getSSLParameters()).thenReturn(new SSLParameters());
        when(engine.getSupportedProtocols()).thenReturn(new String[] {"TLSv1.3"});
        when(engine.getHandshakeStatus()).thenReturn(says);
        when(engine.getUseClientMode()).thenReturn(true);
        SSLEngineResult result = new SSLEngineResult(answers, HandshakeStatus.NOT_HANDSHAKING, 0, 0);
        when(engine.wrap(any(ByteBuffer.class), any(ByteBuffer.class))).thenReturn(result);
        when(engine.unwrap(any(ByteBuffer.class), any(ByteBuffer.class))).thenReturn(result);
        return engine;
    }

    private static Endpoint handshake(UpgradeConnection connection, TlsPolicy policy, BareTls tls) throws Exception {
        Endpoint server = Endpoint.of(connection).run();
        if (policy != TlsPolicy.IMPLICIT) {
            server.arrive("UPGRADE\r\n").run().take();
        }
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run();
        tls.feed(server.take());
        return server;
    }

    /** A server whose only word inside TLS is its last. */
    private static final class LastWord extends GreetingServer {

        private final Step last;

        LastWord(Step last) {
            this.last = last;
        }

        @Override
        public Step opened() {
            return Step.await(Phase.GREETING);
        }

        @Override
        public Step received(String line) {
            return new Step.Proceed(List.of("GO"));
        }

        @Override
        public Step secured() {
            return last;
        }
    }
}
