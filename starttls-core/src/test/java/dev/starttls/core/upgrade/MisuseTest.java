package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.NOTHING;
import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.octets;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.starttls.core.line.LineException;
import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls out of order, dialogues that ask for what may not be, and dialogues and listeners that throw. */
class MisuseTest {

    private static final Step ASK = Step.send(Phase.CAPABILITY, "words");

    @Test
    void nothing_works_before_begin_and_begin_works_once() throws Exception {
        for (TlsPolicy policy : TlsPolicy.values()) {
            UpgradeConnection connection = client(policy);
            assertThat(connection.want()).isEqualTo(Want.NOTHING);
            assertThat(connection.deadline()).isEmpty();
            assertThat(connection.task()).isEmpty();
            assertThatIllegalStateException()
                    .isThrownBy(() -> connection.tick(0))
                    .withMessageContaining("Expected begin before tick");
            assertThatIllegalStateException().isThrownBy(() -> connection.receive(octets("x"), NOTHING));
            assertThatIllegalStateException().isThrownBy(() -> connection.transmit(NOTHING, ByteBuffer.allocate(9)));
            assertThatIllegalStateException().isThrownBy(connection::endOfInput);

            connection.begin(0);
            assertThatIllegalStateException()
                    .isThrownBy(() -> connection.begin(0))
                    .withMessageContaining("Expected begin once");
            assertThat(connection.want()).isNotEqualTo(Want.NOTHING);
        }
    }

    /** A message of a server's code may have a line of its client in it, and so a password. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void what_a_dialogue_throws_is_shown_on_a_client_and_left_to_the_cause_on_a_server(Role role) {
        Dialogue throwing = new Scripted(role, List.of()) {
            @Override
            public Step received(String line) {
                throw new IllegalArgumentException("cannot read " + line);
            }
        };
        UpgradeConnection connection = role == Role.CLIENT
                ? client(throwing, clientSettings(TlsPolicy.REQUIRED))
                : server(throwing, Connections.serverSettings(TlsPolicy.REQUIRED));
        Endpoint side = Endpoint.of(connection).run();
        side.arrive("hunter2\r\n").run();
        UpgradeException why = connection.failure().orElseThrow();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasMessageContaining("IllegalArgumentException").hasRootCauseMessage("cannot read hunter2");
        assertThat(why.getMessage().contains("cannot read hunter2")).isEqualTo(role == Role.CLIENT);
        assertThat(why.hint()).get().asString().contains("a dialogue");
    }

    @Test
    void an_end_before_begin_is_an_end() {
        for (TlsPolicy policy : TlsPolicy.values()) {
            UpgradeConnection connection = client(policy);
            connection.end();
            assertThat(connection.state()).isEqualTo(State.CLOSED);
            connection.end();
        }
    }

    static Stream<Arguments> illegal() {
        Step none = Step.await(Phase.CAPABILITY);
        return Stream.of(
                // What a client's dialogue says in turn; the last is the one that may not be.
                ofClient("a go-ahead that was not proposed", Step.goAhead()),
                ofClient("lines in the go-ahead", new Step.Propose("UP"), new Step.Proceed(List.of("x"))),
                ofClient("a second proposal", new Step.Propose("UP"), new Step.Propose("UP")),
                ofClient("a line after the proposal", new Step.Propose("UP"), ASK),
                ofClient("a proposal that was not allowed", new Step.Propose("UP", Step.Offer.UNREAD)),
                ofClient(
                        "a question after a proposal that was asked for",
                        new Step.Propose("UP"),
                        new Step.Ask(Phase.CAPABILITY, List.of("CAPS"), "NO")),
                ofClient("a question without a proposal", new Step.Ask(Phase.CAPABILITY, List.of("CAPS"), "NO")),
                ofClient("a last line after the proposal", new Step.Propose("UP"), new Step.Close(List.of("bye"))),
                ofClient("an end in plaintext after the proposal", new Step.Propose("UP"), Step.ready()),
                ofClient("a session in plaintext where TLS is required", Step.ready()),
                ofClient("a handover without a command", new Step.HandOver(Output.none())),
                ofClient("a handover after the proposal", new Step.Propose("UP"), new Step.HandOver(Output.line("UP"))),
                // A server's.
                ofServer("a proposal of a server", new Step.Propose("UP")),
                ofServer("a question of a server", new Step.Ask(Phase.CAPABILITY, List.of("CAPS"), "NO")),
                ofServer("a refusal of a server", new Step.Decline(FailureReason.NOT_OFFERED, "")),
                ofServer("a go-ahead without a line", new Step.Proceed(List.of())),
                ofServer("a handover with a command", new Step.HandOver(Output.line("UP"))),
                ofServer("a session in plaintext where TLS is required", none, Step.ready()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("illegal")
    void an_illegal_step_ends_the_connection_and_nothing_leaves(String what, Role role, List<Step> steps) {
        UpgradeConnection connection = role == Role.CLIENT
                ? client(new Scripted(role, steps), clientSettings(TlsPolicy.REQUIRED))
                : server(new Scripted(role, steps), Connections.serverSettings(TlsPolicy.REQUIRED));
        Endpoint side = Endpoint.of(connection).send("secret");
        for (int line = 0; side.failure().isEmpty(); line++) {
            assertThat(line).isLessThan(steps.size());
            side.run();
            side.take();
            side.arrive("line\r\n").run();
        }
        assertThat(side.failure().orElseThrow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the dialogue is at fault");
        assertThat(connection.failure().orElseThrow())
                .as("the failure says so itself, and not by its cause alone")
                .hasMessageContaining(side.failure().orElseThrow().getMessage());
        assertThat(connection.state()).isEqualTo(State.FAILED);
        assertThat(side.run().take()).as(what).isEmpty();
        assertThat(connection.held()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "opened, CLIENT",
        "opened, SERVER",
        "received, CLIENT",
        "received, SERVER",
        "octets, CLIENT",
        "octets, SERVER",
        "declined, CLIENT"
    })
    void a_dialogue_that_returns_no_step_ends_the_connection_and_nothing_leaves(String where, Role role) {
        UpgradeConnection connection = role == Role.CLIENT
                ? client(new Stepless(role, where), clientSettings(TlsPolicy.OPPORTUNISTIC))
                : server(new Stepless(role, where), Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        Endpoint side =
                Endpoint.of(connection).send("secret").arrive("line\r\nabc").run();

        requireStepMissed(side);
        assertThat(side.arrive("line\r\n").run().sent()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_dialogue_that_returns_no_step_inside_tls_ends_the_connection_and_says_nothing(Role role) throws Exception {
        boolean ofClient = role == Role.CLIENT;
        Dialogue stepless = new Stepless(role, "secured");
        BareTls tls = ofClient ? BareTls.server(Connections.SERVING) : BareTls.client(Connections.TRUSTING);
        Endpoint side = Endpoint.of(
                        ofClient
                                ? client(stepless, clientSettings(TlsPolicy.IMPLICIT))
                                : server(stepless, Connections.serverSettings(TlsPolicy.IMPLICIT)))
                .send("secret");
        tls.begin();
        for (int flight = 0; flight < 10 && side.failure().isEmpty(); flight++) {
            tls.feed(side.arrive(tls.take()).run().take());
        }

        requireStepMissed(side);
        assertThat(tls.established()).isTrue();
        assertThat(tls.heard()).isEmpty();
        assertThat(tls.ended()).isFalse();
        assertThat(side.arrive(tls.say("more\r\n").take()).run().take()).isEmpty();
    }

    @Test
    void a_client_that_may_upgrade_is_not_ready_in_plaintext_without_saying_why() {
        Endpoint side = Endpoint.of(client(
                        new Scripted(Role.CLIENT, List.of(Step.ready())), clientSettings(TlsPolicy.OPPORTUNISTIC)))
                .arrive("line\r\n")
                .run();
        assertThat(side.failure().orElseThrow()).hasMessageContaining("Step.Propose or Step.Decline");
    }

    @Test
    void a_dialogue_that_declines_for_ever_ends() {
        Dialogue stubborn = new Scripted(Role.CLIENT, List.of(new Step.Decline(FailureReason.NOT_OFFERED, ""))) {
            @Override
            public Step declined(FailureReason reason) {
                return new Step.Propose("UP");
            }
        };
        for (TlsPolicy policy : List.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.DISABLED)) {
            Endpoint side = Endpoint.of(client(stubborn, clientSettings(policy)))
                    .arrive("line\r\n")
                    .run();
            assertThat(side.failure().orElseThrow()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void a_server_that_never_upgrades_gives_no_go_ahead() {
        Endpoint server = Endpoint.of(server(Connections.serverSettings(TlsPolicy.DISABLED)))
                .arrive("UPGRADE\r\n")
                .run();
        assertThat(server.failure().orElseThrow()).hasMessageContaining("TlsPolicy.DISABLED");
        assertThat(server.takeText()).doesNotContain("GO");
    }

    @Test
    void a_server_inside_tls_gives_no_second_go_ahead() throws Exception {
        Dialogue again = new Scripted(Role.SERVER, List.of(new Step.Proceed(List.of("GO")))) {
            @Override
            public Step secured() {
                return new Step.Proceed(List.of("GO"));
            }
        };
        Endpoint side = upgrade(server(again, Connections.serverSettings(TlsPolicy.REQUIRED)));
        assertThat(side.failure().orElseThrow()).hasMessageContaining("no go-ahead outside State.PLAINTEXT");
    }

    @Test
    void a_client_that_has_not_forgotten_ends() throws Exception {
        Dialogue elephant = new Scripted(Role.CLIENT, List.of(new Step.Propose("UP"), Step.goAhead())) {
            @Override
            public List<String> capabilities() {
                return List.of("LOGIN");
            }
        };
        BareTls tls = BareTls.server(Connections.SERVING);
        Endpoint side = Endpoint.of(client(elephant, clientSettings(TlsPolicy.REQUIRED)))
                .send("secret")
                .arrive("line\r\n")
                .run();
        side.take();
        side.arrive("line\r\n").run();
        side.arrive(tls.feed(side.take()).take()).run();
        assertThat(side.failure().orElseThrow()).hasMessageContaining("to have forgotten");
        assertThat(tls.feed(side.take()).heard()).isEmpty();
    }

    @Test
    void after_something_that_is_no_line_nothing_is_no_step_either() {
        Dialogue stepless = new Scripted(Role.SERVER, List.of()) {
            @Override
            public Step malformed(LineException broken) {
                return null;
            }
        };
        Endpoint side = Endpoint.of(server(stepless, Connections.serverSettings(TlsPolicy.REQUIRED)))
                .arrive("x\nDELETE\r\n")
                .run();
        assertThat(side.failure().orElseThrow()).hasMessageContaining("Expected a step of the");
    }

    @Test
    void after_something_that_is_no_line_only_an_end_may_follow() {
        Dialogue forgiving = new Scripted(Role.SERVER, List.of()) {
            @Override
            public Step malformed(LineException broken) {
                return ASK;
            }
        };
        Endpoint side = Endpoint.of(server(forgiving, Connections.serverSettings(TlsPolicy.REQUIRED)))
                .arrive("x\nDELETE\r\n")
                .run();
        assertThat(side.failure().orElseThrow()).hasMessageContaining("after input that is not a line");
    }

    @Test
    void a_failure_after_the_proposal_says_nothing_to_the_peer() {
        Step fail = new Step.Fail(FailureReason.TURNED_AWAY, "Expected better", "line", List.of("bye"));
        Endpoint side = Endpoint.of(client(
                        new Scripted(Role.CLIENT, List.of(new Step.Propose("UP"), fail)),
                        clientSettings(TlsPolicy.REQUIRED)))
                .arrive("line\r\n")
                .run();
        assertThat(side.takeText()).isEqualTo("UP\r\n");
        side.arrive("line\r\n").run();
        assertThat(side.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(side.take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"opened", "received", "proposed", "secured", "upgraded", "capabilities"})
    void whatever_throws_nothing_leaves_in_the_clear_after_it_and_the_listener_hears(String where) throws Exception {
        Throwing throwing = new Throwing(where);
        BareTls tls = BareTls.server(Connections.SERVING);
        UpgradeConnection connection =
                client(throwing, clientSettings(TlsPolicy.REQUIRED).withListener(throwing.listener()));
        Endpoint side = Endpoint.of(connection).send("secret").run();
        for (String line : List.of("HELLO there\r\nCAP UPGRADE\r\n", "END\r\n", "GO\r\n")) {
            if (side.failure().isEmpty()) {
                side.arrive(line).run();
            }
        }
        int plain = new String(side.sent(), StandardCharsets.ISO_8859_1).indexOf("UPGRADE\r\n");
        if (side.failure().isEmpty()) {
            byte[] hello = side.sent();
            side.arrive(tls.feed(Arrays.copyOfRange(hello, plain + 9, hello.length))
                            .take())
                    .run();
            byte[] finished = side.sent();
            tls.feed(Arrays.copyOfRange(finished, hello.length, finished.length));
        }
        if (side.failure().isEmpty()) {
            side.arrive(tls.say("CAP LOGIN\r\nEND\r\n").take()).run();
        }
        assertThat(side.failure().orElseThrow())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(where);
        assertThat(connection.state()).isEqualTo(State.FAILED);
        assertThat(connection.ready()).isFalse();
        byte[] before = side.sent();
        side.arrive("GO\r\nmore\r\n").run();
        assertThat(side.sent()).isEqualTo(before);
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        if (plain >= 0) {
            assertThat(Records.fault(before, plain + 9)).isEmpty();
        }
        assertThat(new String(before, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        UpgradeException why = connection.failure().orElseThrow();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasCause(side.failure().orElseThrow());
        assertThat(why.hint()).get().asString().contains("a trust manager, a chooser of contexts");
        assertThat(throwing.heard).containsExactly("failed LOCAL_ERROR", "blocked LOCAL_ERROR");
        assertThatExceptionOfType(UpgradeException.class)
                .isThrownBy(() -> connection.receive(octets("x"), NOTHING))
                .withMessageContaining("failed before");
    }

    @Test
    void a_command_that_is_two_lines_cannot_be_said() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step.Propose("UP\r\nDELETE"))
                .withMessageContaining("CR");
    }

    @Test
    void a_command_has_octets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step.Propose(Output.none(), Frame.exactly(1)))
                .withMessageContaining("command");
    }

    @Test
    void a_decline_has_one_of_three_reasons() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step.Decline(FailureReason.TIMEOUT, ""))
                .withMessageContaining("Step.Fail");
    }

    @Test
    void an_end_lets_go_of_everything() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.REQUIRED);
        connection.begin(0);
        connection.receive(octets("ECHO password\r\nECHO half"), NOTHING);
        assertThat(connection.held()).isPositive();
        connection.end();

        assertThat(connection.held()).isZero();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        ByteBuffer out = ByteBuffer.allocate(100);
        connection.transmit(NOTHING, out);
        assertThat(out.position()).isZero();
    }

    @Test
    void a_close_in_the_middle_of_the_dialogue_ends_it() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        UpgradeConnection connection = server(TlsPolicy.IMPLICIT);
        Endpoint server = Endpoint.of(connection);
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run();
        tls.feed(server.take()).heard();
        connection.close();
        server.arrive(tls.say("ECHO x\r\n").take()).run().requireNoFailure();

        assertThat(tls.feed(server.take()).heard()).isEmpty();
        assertThat(tls.ended()).isTrue();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
    }

    private static void requireStepMissed(Endpoint side) {
        UpgradeConnection connection = side.connection();
        assertThat(side.failure().orElseThrow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected a step of the stepless dialogue, got null; the dialogue is at fault");
        assertThat(connection.state()).isEqualTo(State.FAILED);
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        assertThat(connection.held()).isZero();
        assertThat(connection.failure().orElseThrow().reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(connection.failure().orElseThrow()).hasCause(side.failure().orElseThrow());
    }

    private static Endpoint upgrade(UpgradeConnection connection) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint side = Endpoint.of(connection).arrive("line\r\n").run().requireNoFailure();
        side.take();
        while (!tls.established()) {
            side.arrive(tls.take()).run().requireNoFailure();
            tls.feed(side.take());
        }
        return side.arrive(tls.take()).run();
    }

    private static Arguments ofClient(String what, Step... steps) {
        return Arguments.of(what, Role.CLIENT, List.of(steps));
    }

    private static Arguments ofServer(String what, Step... steps) {
        return Arguments.of(what, Role.SERVER, List.of(steps));
    }

    /** Says its steps one after the other, one for each line. */
    private static class Scripted implements Dialogue {

        private final Role role;
        private final Deque<Step> steps;

        Scripted(Role role, List<Step> steps) {
            this.role = role;
            this.steps = new ArrayDeque<>(steps);
        }

        @Override
        public String protocol() {
            return "scripted";
        }

        @Override
        public Role role() {
            return role;
        }

        @Override
        public Step opened() {
            return Step.await(Phase.GREETING);
        }

        @Override
        public Step received(String line) {
            return steps.size() > 1 ? steps.remove() : steps.peek();
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }

    /** Knows what to do next, but for one of its methods. */
    private record Stepless(Role role, String where) implements Dialogue {

        private Step unless(String here, Step step) {
            return here.equals(where) ? null : step;
        }

        @Override
        public String protocol() {
            return "stepless";
        }

        @Override
        public Step opened() {
            return unless("opened", Step.await(Phase.GREETING));
        }

        @Override
        public Step received(String line) {
            return unless(
                    "received",
                    where.equals("declined")
                            ? new Step.Decline(FailureReason.NOT_OFFERED, line)
                            : Step.await(Phase.CAPABILITY, Frame.exactly(3)));
        }

        @Override
        public Step octets(byte[] octets) {
            return unless("octets", Step.await(Phase.CAPABILITY));
        }

        @Override
        public Step declined(FailureReason reason) {
            return unless("declined", Step.ready());
        }

        @Override
        public Step secured() {
            return unless("secured", Step.ready());
        }
    }

    /** The made-up protocol's client with a listener, of which one method throws. */
    private static final class Throwing implements Dialogue {

        private final LineProtocolClient sound = new LineProtocolClient();
        private final String where;
        private final List<String> heard = new ArrayList<>();

        Throwing(String where) {
            this.where = where;
        }

        private void check(String here) {
            if (here.equals(where)) {
                throw new IllegalArgumentException(where);
            }
        }

        @Override
        public String protocol() {
            return sound.protocol();
        }

        @Override
        public Role role() {
            return sound.role();
        }

        @Override
        public List<String> capabilities() {
            check("capabilities");
            return sound.capabilities();
        }

        @Override
        public Step opened() {
            check("opened");
            return sound.opened();
        }

        @Override
        public Step received(String line) {
            check("received");
            return sound.received(line);
        }

        @Override
        public Step secured() {
            check("secured");
            return sound.secured();
        }

        UpgradeListener listener() {
            return new UpgradeListener() {
                @Override
                public void proposed() {
                    check("proposed");
                }

                @Override
                public void upgraded(UpgradeReport report) {
                    check("upgraded");
                }

                @Override
                public void failed(UpgradeException why) {
                    heard.add("failed " + why.reason());
                }

                @Override
                public void blocked(UpgradeException why) {
                    heard.add("blocked " + why.reason());
                }
            };
        }
    }
}
