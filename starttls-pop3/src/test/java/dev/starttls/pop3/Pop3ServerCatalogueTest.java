package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server must do, against one that stands on the dialogue and the maildrop: a client of the test's own. */
class Pop3ServerCatalogueTest {

    private static final String CAPABILITIES = "\\+OK [^\\r\\n]*\\r\\n(?:[^.\\r\\n][^\\r\\n]*\\r\\n)*\\.\\r\\n";
    private static final String ERROR = "-ERR [^\\r\\n]+\\r\\n";

    private final Endpoint server = Pop3Fixture.serverSide(TlsPolicy.OPPORTUNISTIC);
    private final RawPeer client = Pop3Fixture.greeted(server);

    @Test
    void it_greets_with_ok_in_one_line() {
        Endpoint fresh = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        assertThat(RawPeer.client(fresh, Pop3Fixture.CLIENT_CONTEXT).listen()).isEqualTo(Pop3Fixture.GREETING);
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"OPPORTUNISTIC", "REQUIRED"})
    void it_offers_stls_before_tls_in_a_list_that_ends_with_a_dot(TlsPolicy policy) {
        assertThat(Pop3Fixture.greeted(Pop3Fixture.serverSide(policy)).say("CAPA\r\n"))
                .matches(CAPABILITIES)
                .contains("\r\nSTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STLS", "stls", "StLs", "STLS "})
    void it_gives_one_go_ahead_and_is_silent_until_the_client_hello(String command) throws Exception {
        assertThat(client.say(command + "\r\n")).isEqualTo(Pop3Fixture.GO_AHEAD);
        assertThat(client.listen()).isEmpty();
        assertThat(client.handshake()).isEmpty();
        assertThat(server.connection().state()).isEqualTo(State.SECURE);
    }

    @Test
    void it_refuses_stls_with_an_argument_and_upgrades_afterwards() throws Exception {
        assertThat(client.say("STLS x\r\n")).matches(ERROR);
        client.say("STLS\r\n");
        client.handshake();
        assertThat(client.tls("CAPA\r\n")).matches(CAPABILITIES);
    }

    @Test
    void commands_are_known_in_any_case() throws Exception {
        assertThat(client.say("capa\r\n")).matches(CAPABILITIES);
        upgrade();
        assertThat(client.tls("user mary\r\nPaSs secret\r\nstat\r\n")).endsWith("+OK 2 64\r\n");
    }

    @Test
    void inside_tls_it_neither_offers_nor_accepts_stls() throws Exception {
        upgrade();
        assertThat(client.tls("CAPA\r\n")).matches(CAPABILITIES).doesNotContain("STLS");
        assertThat(client.tls("STLS\r\n")).matches(ERROR);
        assertThat(client.tls("STLS x\r\n")).matches(ERROR);
        assertThat(client.tls("CAPA\r\n")).matches(CAPABILITIES);
    }

    @Test
    void the_user_given_before_tls_is_forgotten() throws Exception {
        Endpoint permissive = Pop3Fixture.serverSide(TlsPolicy.OPPORTUNISTIC, PlaintextLogin.ALLOWED);
        RawPeer eager = Pop3Fixture.greeted(permissive);
        assertThat(eager.say("USER mary\r\n")).startsWith("+OK ");
        eager.say("STLS\r\n");
        eager.handshake();
        assertThat(eager.tls("PASS secret\r\n")).matches(ERROR);
        assertThat(eager.tls("USER mary\r\nPASS secret\r\n")).endsWith("+OK 2 messages (64 octets)\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"OPPORTUNISTIC", "REQUIRED"})
    void a_login_before_tls_is_not_offered_and_never_reaches_the_handler(TlsPolicy policy) {
        List<String> reached = new ArrayList<>();
        Pop3Handler handler = (command, session) -> {
            reached.add(command.keyword());
            return new Pop3Answer.Opened(Pop3Reply.ok("Welcome"));
        };
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", policy, handler, List.of("USER", "sasl PLAIN", "TOP")),
                Pop3Fixture.server(policy));
        RawPeer eager = Pop3Fixture.greeted(side);
        assertThat(eager.say("CAPA\r\n")).isEqualTo("+OK Capabilities follow\r\nTOP\r\nSTLS\r\n.\r\n");
        for (String command : List.of(
                "USER mary",
                "PASS secret",
                "AUTH",
                "AUTH PLAIN",
                "AUTH PLAIN " + Pop3Fixture.PLAIN,
                "APOP mary c4c9334bac560ecc979e58001b3e22fb",
                "user mary")) {
            assertThat(eager.say(command + "\r\n")).isEqualTo("-ERR Say STLS first\r\n");
        }
        assertThat(reached).isEmpty();
    }

    @Test
    void a_login_is_offered_inside_tls() throws Exception {
        upgrade();
        assertThat(client.tls("CAPA\r\n")).contains("\r\nUSER\r\n", "\r\nSASL PLAIN\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAPA\r\n", "NOOP\r\n", "QUIT\r\n", "USER mary\r\n", "XYZZY\r\n", "CAP", "\r\n"})
    void octets_after_stls_are_refused_and_the_connection_is_closed(String injected) {
        assertThat(client.say("STLS\r\n" + injected)).isEqualTo("-ERR Plaintext after STLS refused\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
        assertThat(client.say("CAPA\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAPA\r\n", "NOOP\r\n", "QUIT\r\n", "USER mary\r\n", "CAP"})
    void set_to_discard_it_forgets_the_octets_and_answers_only_what_came_inside_tls(String injected) throws Exception {
        Endpoint discarding = Endpoint.of(
                Pop3Fixture.serverDialogue(TlsPolicy.OPPORTUNISTIC),
                Pop3Fixture.server(TlsPolicy.OPPORTUNISTIC).withInjection(InjectionResponse.DISCARD));
        RawPeer attacker = Pop3Fixture.greeted(discarding);
        assertThat(attacker.say("STLS\r\n" + injected)).isEqualTo(Pop3Fixture.GO_AHEAD);
        assertThat(attacker.handshake()).isEmpty();
        assertThat(attacker.tls("PASS secret\r\n")).isEqualTo("-ERR Say USER first\r\n");
    }

    @Test
    void stls_in_the_transaction_state_is_refused_in_plaintext_and_inside_tls() throws Exception {
        RawPeer plain = Pop3Fixture.greeted(Pop3Fixture.serverSide(TlsPolicy.OPPORTUNISTIC, PlaintextLogin.ALLOWED));
        plain.say("USER mary\r\nPASS secret\r\n");
        assertThat(plain.say("CAPA\r\n")).as("announced in both states").contains("\r\nSTLS\r\n");
        assertThat(plain.say("STLS\r\n")).isEqualTo("-ERR STLS is possible before login only\r\n");
        assertThat(plain.say("STAT\r\n")).isEqualTo("+OK 2 64\r\n");
        upgrade();
        client.tls("USER mary\r\nPASS secret\r\n");
        assertThat(client.tls("STLS\r\n")).matches(ERROR);
        assertThat(client.tls("STAT\r\n")).isEqualTo("+OK 2 64\r\n");
    }

    @Test
    void garbage_instead_of_a_client_hello_gets_no_reply_in_the_clear() {
        client.say("STLS\r\n");
        assertThat(client.say("\1\2\3garbage\r\n")).doesNotContain("OK").doesNotContain("ERR");
        assertThat(server.ended()).isTrue();
    }

    @Test
    void a_plaintext_command_instead_of_a_client_hello_is_never_answered() {
        client.say("STLS\r\n");
        assertThat(client.say("CAPA\r\n")).doesNotContain("OK");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
    }

    @Test
    void a_handshake_aborted_by_an_alert_ends_the_connection() {
        client.say("STLS\r\n");
        // A fatal handshake_failure alert (RFC 8446 section 6).
        client.say("\25\3\3\0\2\2\50");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(client.say("CAPA\r\n")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(PlaintextLogin.class)
    void the_timestamp_is_given_only_where_apop_is_accepted_and_is_forgotten_at_the_upgrade(PlaintextLogin login)
            throws Exception {
        List<Optional<ApopTimestamp>> seen = new ArrayList<>();
        Pop3Handler apop = stamping(seen);
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, apop, List.of(), login),
                Pop3Fixture.server(TlsPolicy.OPPORTUNISTIC));
        RawPeer eager = RawPeer.client(side, Pop3Fixture.CLIENT_CONTEXT);
        boolean allowed = login == PlaintextLogin.ALLOWED;
        assertThat(eager.listen())
                .isEqualTo(allowed ? "+OK mail.example.org POP3 ready <1.2@localhost>\r\n" : Pop3Fixture.GREETING);
        eager.say("APOP mary x\r\n");
        eager.say("STLS\r\n");
        eager.handshake();
        eager.tls("APOP mary x\r\n");
        if (allowed) {
            assertThat(seen).containsExactly(Optional.of(new ApopTimestamp("<1.2@localhost>")), Optional.empty());
        } else {
            assertThat(seen).containsExactly(Optional.empty());
        }
    }

    @Test
    void with_implicit_tls_the_timestamp_is_given_inside() throws Exception {
        List<Optional<ApopTimestamp>> seen = new ArrayList<>();
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.IMPLICIT, stamping(seen), List.of()),
                Pop3Fixture.server(TlsPolicy.IMPLICIT));
        RawPeer pop3s = RawPeer.client(side, Pop3Fixture.CLIENT_CONTEXT);
        assertThat(pop3s.handshake()).isEqualTo("+OK mail.example.org POP3 ready <1.2@localhost>\r\n");
        pop3s.tls("APOP mary x\r\n");
        assertThat(seen).containsExactly(Optional.of(new ApopTimestamp("<1.2@localhost>")));
    }

    @Test
    void a_command_of_more_than_255_octets_is_refused_and_the_session_goes_on() throws Exception {
        assertThat(client.say("X".repeat(254) + "\r\n")).isEqualTo("-ERR Command too long\r\n");
        assertThat(client.say("X".repeat(253) + "\r\n")).isEqualTo("-ERR Unknown command\r\n");
        upgrade();
        assertThat(client.tls("USER " + "m".repeat(1_000) + "\r\nCAPA\r\n"))
                .startsWith("-ERR Command too long\r\n+OK ");
    }

    @Test
    void a_line_over_the_limit_is_answered_and_the_connection_is_closed() {
        assertThat(client.say("X".repeat(100_000) + "\r\n")).isEqualTo("-ERR Line too long\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STLS\n", "STLS\r", "STLS\rCAPA\r\n", "\0\r\n", "CAPA\nCAPA\r\n"})
    void a_line_that_does_not_end_in_crlf_is_no_line(String octets) {
        assertThat(client.say(octets + "\r\n"))
                .startsWith("-ERR Lines must end in CRLF")
                .matches(ERROR);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @Test
    void pipelined_commands_inside_tls_are_answered_in_their_order() throws Exception {
        upgrade();
        assertThat(client.tls("CAPA\r\n")).contains("\r\nPIPELINING\r\n");
        assertThat(client.tls("USER mary\r\nPASS secret\r\nSTAT\r\nNOOP\r\nDELE 1\r\nLIST\r\nQUIT\r\n")
                        .split("\r\n"))
                .containsExactly(
                        "+OK Say PASS",
                        "+OK 2 messages (64 octets)",
                        "+OK 2 64",
                        "+OK",
                        "+OK Marked as deleted",
                        "+OK 1 messages (28 octets)",
                        "2 28",
                        ".",
                        "+OK Bye");
    }

    @Test
    void quit_inside_tls_is_answered_then_close_notify() throws Exception {
        upgrade();
        assertThat(client.tls("QUIT\r\n")).isEqualTo("+OK Bye\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void quit_before_tls_is_answered_then_the_connection_is_closed() {
        assertThat(client.say("QUIT\r\nCAPA\r\n")).isEqualTo("+OK Bye\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"XYZZY", "", " CAPA", "CAPAX", "CAPA x", "NOOP", "STAT", "\u00dftls"})
    void what_is_unknown_or_not_for_now_is_answered_with_an_error_on_both_sides_of_the_upgrade(String command)
            throws Exception {
        assertThat(client.say(command + "\r\n")).matches(ERROR);
        upgrade();
        assertThat(client.tls(command + "\r\n")).matches(ERROR);
        assertThat(client.tls("CAPA\r\n")).matches(CAPABILITIES);
    }

    @Test
    void with_implicit_tls_it_greets_inside_tls_and_does_not_offer_stls() throws Exception {
        RawPeer pop3s = RawPeer.client(Pop3Fixture.serverSide(TlsPolicy.IMPLICIT), Pop3Fixture.CLIENT_CONTEXT);
        assertThat(pop3s.listen()).isEmpty();
        assertThat(pop3s.handshake()).isEqualTo(Pop3Fixture.GREETING);
        assertThat(pop3s.tls("CAPA\r\n"))
                .matches(CAPABILITIES)
                .contains("SASL PLAIN")
                .doesNotContain("STLS");
        assertThat(pop3s.tls("STLS\r\n")).matches(ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP", "RSET", "STAT", "RETR 1", "HELP", "XYZZY", ""})
    void under_required_no_command_reaches_the_handler_before_tls(String command) throws Exception {
        List<String> reached = new ArrayList<>();
        Pop3Handler handler = (asked, session) -> {
            reached.add(asked.keyword());
            assertThat(session.secure()).isTrue();
            return Pop3Answer.ok("Done");
        };
        Endpoint strict = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()),
                Pop3Fixture.server(TlsPolicy.REQUIRED));
        RawPeer eager = Pop3Fixture.greeted(strict);
        assertThat(eager.say(command + "\r\n")).isEqualTo("-ERR Say STLS first\r\n");
        assertThat(reached).isEmpty();
        eager.say("STLS\r\n");
        eager.handshake();
        assertThat(eager.tls(command + "\r\n")).isEqualTo("+OK Done\r\n");
    }

    @Test
    void under_disabled_stls_is_neither_offered_nor_accepted_and_a_login_is_taken() {
        RawPeer plain = Pop3Fixture.greeted(Pop3Fixture.serverSide(TlsPolicy.DISABLED));
        assertThat(plain.say("CAPA\r\n")).matches(CAPABILITIES).contains("USER").doesNotContain("STLS");
        assertThat(plain.say("STLS\r\n")).isEqualTo("-ERR STLS is not available\r\n");
        assertThat(plain.say("USER mary\r\nPASS secret\r\n")).endsWith("+OK 2 messages (64 octets)\r\n");
    }

    @Test
    void the_handler_hears_of_the_upgrade_with_an_empty_session() throws Exception {
        List<Pop3Session> sessions = new ArrayList<>();
        Pop3Handler handler = new Pop3Handler() {
            @Override
            public Pop3Answer handle(Pop3Command command, Pop3Session session) {
                session.keep("kept");
                return Pop3Answer.ok("");
            }

            @Override
            public void upgraded(Pop3Session session) {
                sessions.add(session);
            }
        };
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, handler, List.of()),
                Pop3Fixture.server(TlsPolicy.OPPORTUNISTIC));
        RawPeer eager = Pop3Fixture.greeted(side);
        eager.say("XYZZY\r\n");
        eager.say("STLS\r\n");
        eager.handshake();
        assertThat(sessions).hasSize(1);
        assertThat(sessions.get(0).secure()).isTrue();
        assertThat(sessions.get(0).state()).isEqualTo(Pop3State.AUTHORIZATION);
        assertThat(sessions.get(0).kept(String.class)).isEmpty();
    }

    @Test
    void tls_spoken_to_the_plaintext_port_is_reported_as_such() {
        Endpoint side = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        RawPeer mistaken = Pop3Fixture.greeted(side);
        assertThat(mistaken.say("\26\3\1\2\0")).isEmpty();
        assertThat(side.upgradeFailure().hint()).isPresent();
    }

    private static Pop3Handler stamping(List<Optional<ApopTimestamp>> seen) {
        return new Pop3Handler() {
            @Override
            public Pop3Answer handle(Pop3Command command, Pop3Session session) {
                seen.add(session.timestamp());
                return Pop3Answer.error("[AUTH] No");
            }

            @Override
            public Optional<ApopTimestamp> timestamp() {
                return Optional.of(new ApopTimestamp("<1.2@localhost>"));
            }
        };
    }

    private void upgrade() throws Exception {
        assertThat(client.say("STLS\r\n")).isEqualTo(Pop3Fixture.GO_AHEAD);
        client.handshake();
    }
}
