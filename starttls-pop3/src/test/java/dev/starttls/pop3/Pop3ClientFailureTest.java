package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ClientFailureContract;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are broken, hostile or in the wrong place: the reason, the phase and the advice that a person gets. */
class Pop3ClientFailureTest extends ClientFailureContract {

    private static final String GREETING = "+OK ready <1.2@mail.example.org>\r\n";
    private static final String OFFER = "+OK\r\nUIDL\r\nSTLS\r\n.\r\n";

    private final Pop3ClientDialogue dialogue = new Pop3ClientDialogue();
    private final Endpoint client = Endpoint.of(dialogue, Pop3Fixture.client(TlsPolicy.REQUIRED));
    private final RawPeer server = RawPeer.server(client, Pop3Fixture.SERVER_CONTEXT);

    @Override
    protected ProtocolUnderTest protocol() {
        return new Pop3UnderTest();
    }

    @Test
    void a_stripped_offer_blocks_the_session() {
        server.say(GREETING);
        assertThat(server.say("+OK list\r\nUIDL\r\nTOP\r\n.\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(failure.phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(failure.resultType()).isEqualTo("starttls-not-supported");
        assertThat(failure.reply()).contains("+OK list / UIDL / TOP");
        assertThat(failure.hint().orElseThrow()).contains("an implicit-TLS port (995) cannot be stripped");
        assertThat(client.sentText()).isEqualTo("CAPA\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ERR", "-ERR Unknown command", "-ERR [SYS/PERM] Unknown command"})
    void a_refused_capa_means_that_nothing_is_offered(String reply) {
        server.say(GREETING);
        assertThat(server.say(reply + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.upgradeFailure().reply()).contains(reply);
    }

    @Test
    void a_server_with_stls_and_without_capa_is_upgraded_directly() throws Exception {
        Pop3ClientDialogue direct = new Pop3ClientDialogue();
        Endpoint side = Endpoint.of(direct, Pop3Fixture.client(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer old = RawPeer.server(side, Pop3Fixture.SERVER_CONTEXT);
        assertThat(old.say(GREETING)).isEqualTo("STLS\r\n");
        String hello = old.say("+OK go\r\n");
        assertThat(old.handshake(hello)).isEqualTo("CAPA\r\n");
        old.tls("-ERR Unknown command\r\n");
        assertThat(side.connection().ready()).isTrue();
        assertThat(direct.announced()).isEqualTo(Pop3Capabilities.none());
    }

    @Test
    void without_capa_an_opportunistic_client_goes_on_in_plaintext() {
        Pop3ClientDialogue another = new Pop3ClientDialogue();
        Endpoint willing = Endpoint.of(another, Pop3Fixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer old = RawPeer.server(willing, Pop3Fixture.SERVER_CONTEXT);
        old.say(GREETING);
        assertThat(old.say("-ERR Unknown command\r\n")).isEmpty();
        assertThat(willing.connection().ready()).isTrue();
        assertThat(willing.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(another.timestamp()).contains(new ApopTimestamp("<1.2@mail.example.org>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ERR", "-ERR No TLS", "-ERR [SYS/TEMP] Later", "-ERR [AUTH] Not you", "-ERR [X/Y/Z] ?"})
    void a_refusal_of_stls_blocks_the_session_and_keeps_its_code(String reply) throws Exception {
        server.say(GREETING);
        assertThat(server.say(OFFER)).isEqualTo("STLS\r\n");
        assertThat(server.say(reply + "\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(failure.phase()).isEqualTo(Phase.COMMAND);
        assertThat(failure.reply()).contains(reply);
        assertThat(dialogue.lastReply()).contains(Pop3Reply.parse(reply));
        assertThat(client.sentText()).isEqualTo("CAPA\r\nSTLS\r\n");
    }

    @Test
    void what_was_announced_counts_in_plaintext_after_a_refusal() {
        Pop3ClientDialogue another = new Pop3ClientDialogue();
        Endpoint willing = Endpoint.of(another, Pop3Fixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer busy = RawPeer.server(willing, Pop3Fixture.SERVER_CONTEXT);
        busy.say(GREETING);
        busy.say(OFFER);
        assertThat(busy.say("-ERR [SYS/TEMP] Not now\r\n")).isEmpty();
        assertThat(willing.failure()).isEmpty();
        assertThat(willing.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(another.announced().has("UIDL")).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC"})
    void a_refused_direct_stls_falls_back_to_capa_and_to_stls_again_if_that_announces_it(TlsPolicy policy)
            throws Exception {
        Endpoint side = Endpoint.of(new Pop3ClientDialogue(), Pop3Fixture.client(policy, DirectUpgrade.ALWAYS));
        RawPeer strict = RawPeer.server(side, Pop3Fixture.SERVER_CONTEXT);
        assertThat(strict.say(GREETING)).isEqualTo("STLS\r\n");
        assertThat(strict.say("-ERR Say CAPA\r\n")).isEqualTo("CAPA\r\n");
        assertThat(strict.say(OFFER)).isEqualTo("STLS\r\n");
        String hello = strict.say("+OK go\r\n");
        assertThat(strict.handshake(hello)).isEqualTo("CAPA\r\n");
    }

    @Test
    void a_second_refusal_is_the_last_and_decides_by_the_policy() {
        Endpoint willing = Endpoint.of(
                new Pop3ClientDialogue(), Pop3Fixture.client(TlsPolicy.OPPORTUNISTIC, DirectUpgrade.ALWAYS));
        RawPeer busy = RawPeer.server(willing, Pop3Fixture.SERVER_CONTEXT);
        busy.say(GREETING);
        assertThat(busy.say("-ERR [SYS/TEMP] Not now\r\n")).isEqualTo("CAPA\r\n");
        assertThat(busy.say(OFFER)).isEqualTo("STLS\r\n");
        assertThat(busy.say("-ERR [SYS/TEMP] Not now\r\n")).isEmpty();
        assertThat(willing.connection().ready()).isTrue();
        assertThat(willing.connection().state()).isEqualTo(State.PLAINTEXT);

        Endpoint strict =
                Endpoint.of(new Pop3ClientDialogue(), Pop3Fixture.client(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer poor = RawPeer.server(strict, Pop3Fixture.SERVER_CONTEXT);
        poor.say(GREETING);
        assertThat(poor.say("-ERR Unknown command\r\n")).isEqualTo("CAPA\r\n");
        assertThat(poor.say("+OK\r\nUIDL\r\n.\r\n")).isEmpty();
        assertThat(strict.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+ ", "+", "+ok go", "+OKgo", "OK", "", ".", "220 go", "* OK go", "STLS"})
    void anything_else_is_no_go_ahead(String reply) {
        requireNoGoAhead(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK", "+OK ", "+OK go", "+OK [X] go"})
    void ok_is_the_go_ahead_with_any_text(String reply) throws Exception {
        server.say(GREETING);
        server.say(OFFER);
        String hello = server.say(reply + "\r\n");
        assertThat(hello).startsWith("\26\3");
        assertThat(server.handshake(hello)).isEqualTo("CAPA\r\n");
    }

    @ParameterizedTest
    @EnumSource(DirectUpgrade.class)
    void a_go_ahead_that_was_sent_before_the_command_is_not_taken(DirectUpgrade direct) {
        Endpoint side = Endpoint.of(new Pop3ClientDialogue(), Pop3Fixture.client(TlsPolicy.REQUIRED, direct));
        RawPeer hasty = RawPeer.server(side, Pop3Fixture.SERVER_CONTEXT);
        String answer = direct == DirectUpgrade.ALWAYS
                ? hasty.say(GREETING + "+OK go\r\n")
                : hasty.say(GREETING) + hasty.say(OFFER + "+OK go\r\n");
        assertThat(answer).doesNotContain("\26\3");
        assertThat(side.upgradeFailure().reason())
                .isIn(FailureReason.PROTOCOL_VIOLATION, FailureReason.PLAINTEXT_INJECTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ERR", "-ERR Go away", "-ERR [SYS/PERM] Broken"})
    void a_greeting_that_refuses_turns_the_client_away_whatever_follows(String greeting) {
        assertThat(server.say(greeting + "\r\n" + GREETING + OFFER)).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.reply()).contains(greeting);
        assertThat(failure.getMessage()).contains("greeting +OK").doesNotContain("now; try again later");
        assertThat(client.sentText()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ERR [SYS/TEMP] Busy", "-ERR [IN-USE] Locked", "-ERR [LOGIN-DELAY] Slow down"})
    void a_greeting_that_refuses_for_now_advises_to_try_again(String greeting) {
        server.say(greeting + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(client.upgradeFailure()).hasMessageContaining("now; try again later");
    }

    @ParameterizedTest
    @ValueSource(strings = {"220 mail.example.org ESMTP", "* OK IMAP4rev1", "SSH-2.0-OpenSSH", "", "+ready", "+ok"})
    void a_greeting_of_another_protocol_is_a_violation(String greeting) {
        server.say(greeting + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
        assertThat(client.upgradeFailure()).hasMessageContaining("+OK or -ERR");
        assertThat(client.sentText()).isEmpty();
    }

    @Test
    void capabilities_without_a_dot_time_out_when_the_server_falls_silent() {
        server.say(GREETING);
        assertThat(server.say("+OK\r\nSTLS\r\n")).isEmpty();
        client.pass(Duration.ofMinutes(2));
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.sentText()).isEqualTo("CAPA\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void capabilities_without_a_dot_are_bounded(int width) {
        server.say(GREETING);
        server.say("+OK\r\nSTLS\r\n" + ("X".repeat(width) + "\r\n").repeat(1_000));
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.upgradeFailure())
                .hasMessageContaining("the line with a dot alone")
                .hasMessageContaining("There is no setting for this")
                .hasMessageNotContaining("raise");
        assertThat(client.sentText()).isEqualTo("CAPA\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK go", "-ERR Idle for too long"})
    void a_reply_among_the_capabilities_shows_that_the_dot_is_missing(String reply) {
        server.say(GREETING);
        server.say("+OK\r\nSTLS\r\n" + reply + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.upgradeFailure().reply()).contains(reply);
        assertThat(client.upgradeFailure()).hasMessageContaining("the dot that ends them");
    }

    @Test
    void capabilities_without_a_dot_before_the_end_of_the_connection_are_reported() {
        server.say(GREETING);
        server.say("+OK\r\nSTLS\r\n");
        client.arriveEnd().run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
    }

    @Test
    void a_dot_put_before_a_dot_does_not_end_the_capabilities() {
        server.say(GREETING);
        assertThat(server.say("+OK\r\n..\r\n.STLS\r\n")).isEmpty();
        assertThat(server.say(".\r\n")).isEqualTo("STLS\r\n");
        assertThat(dialogue.announced().announced()).containsExactly(".", "STLS");
    }

    @Test
    void only_what_was_announced_inside_tls_counts() throws Exception {
        server.say(GREETING);
        assertThat(dialogue.timestamp()).isPresent();
        server.say("+OK\r\nSASL PLAIN\r\nPIPELINING\r\nEXPIRE 1\r\nSTLS\r\n.\r\n");
        assertThat(dialogue.announced().has("SASL")).isTrue();
        String hello = server.say("+OK go\r\n");
        assertThat(server.handshake(hello)).isEqualTo("CAPA\r\n");
        assertThat(dialogue.announced()).isEqualTo(Pop3Capabilities.none());
        assertThat(dialogue.capabilities()).isEmpty();
        assertThat(dialogue.greeting()).isEmpty();
        assertThat(dialogue.timestamp()).isEmpty();
        assertThat(dialogue.lastReply()).isEmpty();
        assertThat(server.tls("+OK\r\nEXPIRE 2\r\nSTLS\r\n.\r\n"))
                .as("STLS offered again is not used")
                .isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(dialogue.announced().has("SASL")).isFalse();
        assertThat(dialogue.announced().has("PIPELINING")).isFalse();
        assertThat(dialogue.announced().parameters("EXPIRE")).containsExactly("2");
        assertThat(dialogue.timestamp()).isEmpty();
    }

    @Test
    void with_implicit_tls_the_greeting_comes_inside_and_its_timestamp_may_be_used() throws Exception {
        Pop3ClientDialogue another = new Pop3ClientDialogue();
        Endpoint pop3s = Endpoint.of(another, Pop3Fixture.client(TlsPolicy.IMPLICIT, DirectUpgrade.ALWAYS));
        RawPeer inside = RawPeer.server(pop3s, Pop3Fixture.SERVER_CONTEXT);
        assertThat(inside.handshake(inside.listen())).isEmpty();
        assertThat(inside.tls(GREETING)).as("STLS is not for here").isEqualTo("CAPA\r\n");
        assertThat(inside.tls("+OK\r\nSTLS\r\n.\r\n")).isEmpty();
        assertThat(pop3s.connection().ready()).isTrue();
        assertThat(another.timestamp()).contains(new ApopTimestamp("<1.2@mail.example.org>"));
    }

    @Test
    void with_implicit_tls_a_greeting_that_refuses_turns_the_client_away() throws Exception {
        Endpoint pop3s = Endpoint.of(new Pop3ClientDialogue(), Pop3Fixture.client(TlsPolicy.IMPLICIT));
        RawPeer inside = RawPeer.server(pop3s, Pop3Fixture.SERVER_CONTEXT);
        inside.handshake(inside.listen());
        inside.tls("-ERR [SYS/TEMP] Busy\r\n");
        assertThat(pop3s.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(pop3s.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
    }
}
