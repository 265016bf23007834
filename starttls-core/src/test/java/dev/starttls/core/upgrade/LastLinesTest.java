package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.Connections.Events;
import dev.starttls.core.upgrade.SessionEnd.Cause;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server says when it ends a session that its client has not ended. */
class LastLinesTest {

    private static final UpgradeLimits LIMITS = UpgradeLimits.DEFAULT;
    private static final String SHUTDOWN = "LAST\r\nLINE SHUTDOWN\r\n";
    private static final String IDLE = "LAST\r\nLINE IDLE\r\n";
    private static final String FAULT = "LAST\r\nLINE FAULT\r\n";

    private final PoliteServer dialogue = new PoliteServer();
    private final Events events = new Events();

    static Stream<Fragmentation> splits() {
        return Stream.concat(
                Stream.of(Fragmentation.WHOLE, Fragmentation.OCTETS),
                IntStream.range(0, 20).mapToObj(Fragmentation::random));
    }

    @ParameterizedTest
    @MethodSource("splits")
    void a_shutdown_is_said_in_plaintext(Fragmentation fragmentation) {
        Endpoint server =
                begun(TlsPolicy.OPPORTUNISTIC).fragmented(fragmentation).run();
        server.arrive("ECHO a\r\n").run().take();
        server.connection().shutDown();
        server.arrive("ECHO b\r\n").run();

        assertThat(server.takeText()).isEqualTo(SHUTDOWN);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(server.upgradeFailure()).hasMessageContaining("shut down");
        assertThat(server.connection().state()).isEqualTo(State.FAILED);
        assertThat(dialogue.executed()).containsExactly("ECHO a");
        assertThat(dialogue.end().cause()).isEqualTo(Cause.SHUT_DOWN);
        assertThat(events.heard()).containsExactly("failed REJECTED");
    }

    @ParameterizedTest
    @MethodSource("splits")
    void a_shutdown_is_said_inside_tls_and_close_notify_follows(Fragmentation fragmentation) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = secured(tls, fragmentation);
        server.connection().shutDown();
        server.run();
        tls.feed(server.take());

        assertThat(tls.heard()).isEqualTo(SHUTDOWN);
        assertThat(tls.ended()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(dialogue.end().failure()).containsSame(server.upgradeFailure());
        assertThat(events.heard()).last().asString().startsWith("upgraded");
    }

    @Test
    void answers_that_wait_leave_before_the_last_lines() throws Exception {
        UpgradeConnection connection = Connections.server(dialogue, settings(TlsPolicy.OPPORTUNISTIC));
        Endpoint server = Endpoint.of(connection);
        connection.receive(Connections.octets("ECHO a\r\nECHO b\r\n"), Connections.NOTHING);
        connection.shutDown();
        assertThat(server.run().takeText()).isEqualTo("HELLO there\r\nSAID a\r\nSAID b\r\n" + SHUTDOWN);
    }

    @Test
    void with_the_go_ahead_on_its_way_nothing_is_said_in_the_clear() throws Exception {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC).run();
        server.take();
        server.connection().receive(Connections.octets("UPGRADE\r\n"), Connections.NOTHING);
        server.connection().shutDown();

        assertThat(server.connection().state()).isEqualTo(State.FAILED);
        assertThat(server.run().take()).isEmpty();
        assertThat(dialogue.end().cause()).isEqualTo(Cause.SHUT_DOWN);
        assertThat(events.heard()).containsExactly("proposed", "failed REJECTED");
    }

    @ParameterizedTest
    @MethodSource("splits")
    void in_the_middle_of_the_handshake_nothing_is_said_in_the_clear(Fragmentation fragmentation) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server =
                begun(TlsPolicy.OPPORTUNISTIC).fragmented(fragmentation).run();
        server.arrive("UPGRADE\r\n").run().take();
        byte[] hello = tls.take();
        server.arrive(Arrays.copyOf(hello, hello.length / 2)).run();
        server.connection().shutDown();

        assertThat(server.run().takeText()).doesNotContain("LAST");
        assertThat(server.connection().state()).isEqualTo(State.FAILED);
        assertThat(dialogue.end().cause()).isEqualTo(Cause.SHUT_DOWN);
        assertThat(events.heard()).last().isEqualTo("failed REJECTED");
    }

    @Test
    void a_client_that_is_shut_down_fails_and_is_blocked() {
        UpgradeConnection client = Connections.client(
                Connections.clientSettings(TlsPolicy.REQUIRED).withListener(events));
        Endpoint side = Endpoint.of(client);
        client.shutDown();
        assertThat(side.run().take()).isEmpty();
        assertThat(client.state()).isEqualTo(State.FAILED);
        assertThat(events.heard()).containsExactly("failed REJECTED", "blocked REJECTED");
    }

    @Test
    void a_shutdown_is_said_once_and_not_after_another_end() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC).run();
        server.take();
        server.arrive("BYE\r\n").run();
        server.connection().shutDown();
        assertThat(server.run().takeText()).isEqualTo("BYE\r\n");
        assertThat(server.requireNoFailure().connection().state()).isEqualTo(State.CLOSED);
        assertThat(dialogue.end().cause()).isEqualTo(Cause.CLOSED);

        Endpoint twice = begun(TlsPolicy.OPPORTUNISTIC).run();
        twice.take();
        twice.connection().shutDown();
        twice.connection().shutDown();
        assertThat(twice.run().takeText()).isEqualTo(SHUTDOWN);
        twice.connection().shutDown();
        assertThat(twice.run().take()).isEmpty();
    }

    @Test
    void a_connection_that_is_the_applications_is_left_alone() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC).run();
        server.take();
        server.arrive("RAW\r\n").run();
        assertThat(dialogue.end().cause()).isEqualTo(Cause.HANDED_OVER);
        server.connection().shutDown();
        server.send("still mine").run().requireNoFailure();
        assertThat(server.takeText()).isEqualTo("still mine");
        assertThat(server.connection().state()).isEqualTo(State.PLAINTEXT);
    }

    @Test
    void a_connection_that_has_not_begun_never_does() {
        UpgradeConnection server = Connections.server(dialogue, settings(TlsPolicy.REQUIRED));
        server.shutDown();
        assertThat(server.want()).isEqualTo(Want.NOTHING);
        assertThat(server.state()).isEqualTo(State.FAILED);
        assertThat(events.heard()).containsExactly("failed REJECTED");
        assertThatThrownBy(() -> server.begin(0)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("splits")
    void an_idle_client_hears_of_it_before_the_time_out(Fragmentation fragmentation) {
        Endpoint server =
                begun(TlsPolicy.OPPORTUNISTIC).fragmented(fragmentation).run();
        server.arrive("ECHO a\r\n").run().take();
        server.at(LIMITS.timePerCommand().toNanos());
        assertThat(server.failure()).isEmpty();
        server.run();

        assertThat(server.takeText()).isEqualTo(IDLE);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(dialogue.end().cause()).isEqualTo(Cause.TIMED_OUT);
    }

    @ParameterizedTest
    @MethodSource("splits")
    void an_idle_client_hears_of_it_inside_tls(Fragmentation fragmentation) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = secured(tls, fragmentation);
        server.at(LIMITS.timePerPhase().toNanos()).run();
        tls.feed(server.take());
        assertThat(tls.heard()).isEqualTo(IDLE);
        assertThat(tls.ended()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
    }

    @Test
    void a_client_that_does_not_take_the_last_lines_is_given_the_time_of_a_phase() throws Exception {
        UpgradeConnection server = Connections.server(dialogue, settings(TlsPolicy.OPPORTUNISTIC));
        Endpoint side = Endpoint.of(server).arrive("ECHO a\r\n").run();
        long late = LIMITS.timePerCommand().toNanos();
        server.tick(late);
        assertThat(server.want()).isEqualTo(Want.WRITE);
        assertThat(server.deadline()).contains(late + LIMITS.timePerPhase().toNanos());
        server.tick(late + LIMITS.timePerPhase().toNanos() - 1);
        assertThatThrownBy(() -> server.tick(late + LIMITS.timePerPhase().toNanos()))
                .isInstanceOfSatisfying(
                        UpgradeException.class, why -> assertThat(why.reason()).isEqualTo(FailureReason.TIMEOUT));
        assertThat(side.run().takeText()).doesNotContain("LAST");
        assertThat(dialogue.ends()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("splits")
    void code_that_throws_is_reported_to_the_client_and_then_thrown(Fragmentation fragmentation) {
        Endpoint server =
                begun(TlsPolicy.OPPORTUNISTIC).fragmented(fragmentation).run();
        server.take();
        server.arrive("ECHO a\r\nBOOM\r\nECHO b\r\n").run();

        assertThat(server.takeText()).isEqualTo("SAID a\r\n" + FAULT);
        assertThat(server.failure().orElseThrow())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("boom");
        assertThat(server.connection().state()).isEqualTo(State.FAILED);
        assertThat(dialogue.executed()).containsExactly("ECHO a");
        assertThat(dialogue.end().cause()).isEqualTo(Cause.FAULT);
        assertThat(dialogue.end().failure().orElseThrow())
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .satisfies(why -> assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR));
        assertThat(events.heard()).containsExactly("failed LOCAL_ERROR");
    }

    @ParameterizedTest
    @MethodSource("splits")
    void code_that_throws_inside_tls_is_reported_there(Fragmentation fragmentation) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = secured(tls, fragmentation);
        server.arrive(tls.say("BOOM\r\nECHO b\r\n").take()).run();
        tls.feed(server.take());
        assertThat(tls.heard()).isEqualTo(FAULT);
        assertThat(tls.ended()).isTrue();
        assertThat(server.failure().orElseThrow()).hasMessage("boom");
        assertThat(dialogue.end().cause()).isEqualTo(Cause.FAULT);
        assertThat(dialogue.executed()).doesNotContain("inside ECHO b");
    }

    @Test
    void an_error_is_treated_no_differently() throws Exception {
        Error thrown = new StackOverflowError("deep");
        UpgradeConnection server = Connections.server(dialogue.throwing(thrown), settings(TlsPolicy.OPPORTUNISTIC));
        Endpoint side = Endpoint.of(server).run();
        side.take();
        server.receive(Connections.octets("BOOM\r\n"), Connections.NOTHING);
        ByteBuffer out = ByteBuffer.allocate(100);
        server.transmit(Connections.NOTHING, out);
        assertThat(new String(out.array(), 0, out.position(), StandardCharsets.US_ASCII))
                .isEqualTo(FAULT);
        assertThatThrownBy(() -> server.tick(1)).isSameAs(thrown);
        assertThat(dialogue.end().failure().orElseThrow()).hasCause(thrown);
    }

    @Test
    void last_lines_that_throw_themselves_change_nothing_else() {
        IllegalStateException second = new IllegalStateException("second");
        dialogue.throwingLastLines(second);
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC).run();
        server.take();
        server.arrive("BOOM\r\n").run();
        assertThat(server.take()).isEmpty();
        assertThat(server.failure().orElseThrow()).hasMessage("boom");
        assertThat(dialogue.end().cause()).isEqualTo(Cause.FAULT);

        PoliteServer another = new PoliteServer().throwingLastLines(second);
        Endpoint idle = Endpoint.of(Connections.server(another, settings(TlsPolicy.REQUIRED)))
                .run();
        idle.at(LIMITS.timePerPhase().toNanos());
        assertThat(idle.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(idle.upgradeFailure().getSuppressed()).containsExactly(second);
    }

    @Test
    void a_listener_that_throws_at_the_go_ahead_leaves_nothing_to_say() {
        UpgradeListener throwing = new UpgradeListener() {
            @Override
            public void proposed() {
                throw new IllegalArgumentException("listener");
            }
        };
        Endpoint server = Endpoint.of(Connections.server(
                        dialogue, settings(TlsPolicy.OPPORTUNISTIC).withListener(throwing)))
                .run();
        server.take();
        server.arrive("UPGRADE\r\n").run();
        assertThat(server.take()).isEmpty();
        assertThat(server.failure().orElseThrow()).hasMessage("listener");
        assertThat(dialogue.end().cause()).isEqualTo(Cause.FAULT);
    }

    private UpgradeSettings settings(TlsPolicy policy) {
        return Connections.serverSettings(policy).withListener(events);
    }

    private Endpoint begun(TlsPolicy policy) {
        return Endpoint.of(Connections.server(dialogue, settings(policy)));
    }

    private Endpoint secured(BareTls tls, Fragmentation fragmentation) throws Exception {
        Endpoint server =
                begun(TlsPolicy.OPPORTUNISTIC).fragmented(fragmentation).run();
        server.arrive("UPGRADE\r\n").run().take();
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run();
        tls.feed(server.take()).heard();
        assertThat(List.copyOf(events.heard())).hasSize(2);
        return server;
    }
}
