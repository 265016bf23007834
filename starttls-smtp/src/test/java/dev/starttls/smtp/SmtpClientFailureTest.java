package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.starttls.core.testing.ClientFailureContract;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are broken, hostile or in the wrong place: the reason, the phase and the advice that a person gets. */
class SmtpClientFailureTest extends ClientFailureContract {

    private static final String GREETING = "220 mail.example.org ESMTP\r\n";
    private static final String OFFER = "250-mail.example.org\r\n250 STARTTLS\r\n";

    private final SmtpClientDialogue dialogue = SmtpFixture.clientDialogue();
    private final Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.REQUIRED));
    private final RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);

    @Override
    protected ProtocolUnderTest protocol() {
        return new SmtpUnderTest();
    }

    @Test
    void a_stripped_offer_blocks_the_session() {
        server.say(GREETING);
        assertThat(server.say("250-mail.example.org\r\n250 SIZE 1000\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(failure.phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(failure.resultType()).isEqualTo("starttls-not-supported");
        assertThat(failure.hint().orElseThrow()).contains("an implicit-TLS port (465) cannot be stripped");
        assertThat(failure.reply()).contains("250-mail.example.org / 250 SIZE 1000");
        assertThat(client.sentText()).isEqualTo("EHLO client.example.org\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502})
    void an_unknown_ehlo_means_that_nothing_is_offered(int code) {
        server.say(GREETING);
        server.say(code + " 5.5.1 What\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(client.upgradeFailure().reply()).contains(code + " 5.5.1 What");
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 503, 504, 521, 530, 550, 554, 571})
    void a_refused_ehlo_turns_the_client_away_and_no_stripping_is_suspected(int code) {
        server.say(GREETING);
        assertThat(server.say(code + " 5.7.1 Not you\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(failure.resultType()).isEqualTo("validation-failure");
        assertThat(failure.reply()).contains(code + " 5.7.1 Not you");
        assertThat(failure.hint().orElseThrow()).contains("SmtpClient.name");
        assertThat(failure.getMessage())
                .doesNotContain("stripped")
                .doesNotContain("now; try again later")
                .contains("EHLO client.example.org");
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 504, 550})
    void an_opportunistic_client_says_no_helo_after_its_name_or_address_was_refused(int code) {
        Endpoint willing = Endpoint.of(SmtpFixture.clientDialogue(), SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer strict = RawPeer.server(willing, SmtpFixture.SERVER_CONTEXT);
        strict.say(GREETING);
        assertThat(strict.say(code + " Not you\r\n")).isEmpty();
        assertThat(willing.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 504, 550})
    void inside_tls_a_refused_ehlo_turns_the_client_away_too(int code) throws Exception {
        server.say(GREETING);
        server.say(OFFER);
        server.handshake(server.say("220 go\r\n"));
        assertThat(server.tls(code + " Not you\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @CsvSource({"454, 4.7.0", "500, 5.5.2", "501, 5.5.4", "502, 5.5.1", "503, 5.5.1", "554, 5.7.0"})
    void a_refusal_of_starttls_blocks_the_session_and_keeps_its_status(int code, String status) {
        server.say(GREETING);
        server.say(OFFER);
        assertThat(server.say(code + " " + status + " No TLS\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(failure.phase()).isEqualTo(Phase.COMMAND);
        assertThat(failure.reply()).contains(code + " " + status + " No TLS");
        assertThat(dialogue.lastReply().orElseThrow().status().orElseThrow()).hasToString(status);
        assertThat(client.sentText()).isEqualTo("EHLO client.example.org\r\nSTARTTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.0.0 Ok", "221 Bye", "200", "235 2.7.0 ok", "334 x", "354 go"})
    void another_code_than_220_is_no_go_ahead(String reply) {
        requireNoGoAhead(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"220", "220 ", "220 go", "220-go\r\n220 on", "220 2.0.0 go"})
    void a_reply_220_is_the_go_ahead_with_any_text_and_any_number_of_lines(String reply) throws Exception {
        server.say(GREETING);
        server.say(OFFER);
        String hello = server.say(reply + "\r\n");
        assertThat(hello).startsWith("\26\3");
        assertThat(server.handshake(hello)).isEqualTo("EHLO client.example.org\r\n");
    }

    @Test
    void a_go_ahead_that_was_sent_before_the_command_is_not_taken() {
        server.say(GREETING);
        String answer = server.say(OFFER + "220 go\r\n");
        assertThat(answer).doesNotContain("\26\3");
        assertThat(client.upgradeFailure().reason())
                .isIn(FailureReason.PROTOCOL_VIOLATION, FailureReason.PLAINTEXT_INJECTION);
    }

    /** However many lines there are before it, and however many of them one call takes. */
    @Test
    void an_answer_that_came_with_the_offer_does_not_answer_the_command() {
        for (int lines = 1; lines <= 40; lines++) {
            for (String early : List.of("220 go\r\n", "454 not now\r\n")) {
                Endpoint trusting =
                        Endpoint.of(SmtpFixture.clientDialogue(), SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
                RawPeer stranger = RawPeer.server(trusting, SmtpFixture.SERVER_CONTEXT);
                stranger.say(GREETING);
                String answer = stranger.say("250-X\r\n".repeat(lines) + "250 STARTTLS\r\n" + early);
                assertThat(answer).as(lines + " lines").doesNotContain("\26\3");
                assertThat(trusting.upgradeFailure().reason())
                        .as(lines + " lines")
                        .isIn(FailureReason.PROTOCOL_VIOLATION, FailureReason.PLAINTEXT_INJECTION);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.3.2 Closing", "554 5.7.1 No service", "450 4.7.1 Later", "554-go\r\n554 away"})
    void a_greeting_that_refuses_turns_the_client_away_whatever_follows(String greeting) {
        assertThat(server.say(greeting + "\r\n" + GREETING + OFFER)).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.reply().orElseThrow()).startsWith(greeting.substring(0, 3));
        assertThat(failure.getMessage().contains("now; try again later")).isEqualTo(greeting.startsWith("4"));
    }

    @Test
    void a_421_turns_the_client_away_in_every_phase() {
        server.say(GREETING);
        server.say("421 4.3.2 Closing\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);

        Endpoint other = Endpoint.of(SmtpFixture.clientDialogue(), SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer closing = RawPeer.server(other, SmtpFixture.SERVER_CONTEXT);
        closing.say(GREETING);
        closing.say(OFFER);
        closing.say("421 4.3.2 Closing\r\n");
        assertThat(other.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(other.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK ready", "* OK IMAP4rev1", "SSH-2.0-OpenSSH", "", "250 hello", "334 x"})
    void a_greeting_of_another_protocol_is_a_violation(String greeting) {
        server.say(greeting + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
        assertThat(client.sentText()).isEmpty();
    }

    @Test
    void capabilities_without_end_are_bounded() {
        server.say(GREETING);
        server.say("250-X\r\n".repeat(1_000));
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.upgradeFailure())
                .hasMessageContaining("at most 128 lines and 32768 octets, got more")
                .hasMessageContaining("There is no setting for this")
                .hasMessageNotContaining("raise");
    }

    @Test
    void only_what_was_announced_inside_tls_counts() throws Exception {
        server.say("220-mail.example.org\r\n220 ESMTP\r\n");
        server.say("250-mail.example.org\r\n250-AUTH PLAIN\r\n250-PIPELINING\r\n250-SIZE 1\r\n250 STARTTLS\r\n");
        assertThat(dialogue.announced().has("AUTH")).isTrue();
        assertThat(dialogue.greeting()).isPresent();
        String hello = server.say("220 go\r\n");
        assertThat(server.handshake(hello)).isEqualTo("EHLO client.example.org\r\n");
        assertThat(dialogue.announced()).isEqualTo(SmtpCapabilities.none());
        assertThat(dialogue.capabilities()).isEmpty();
        assertThat(dialogue.greeting()).isEmpty();
        assertThat(dialogue.lastReply()).isEmpty();
        assertThat(server.tls("250-mail.example.org\r\n250-SIZE 2\r\n250 STARTTLS\r\n"))
                .as("STARTTLS offered again is not used")
                .isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(dialogue.announced().has("AUTH")).isFalse();
        assertThat(dialogue.announced().has("PIPELINING")).isFalse();
        assertThat(dialogue.announced().parameters("SIZE")).containsExactly("2");
    }

    @Test
    void where_the_policy_allows_a_refused_ehlo_is_followed_by_helo() {
        SmtpClientDialogue another = SmtpFixture.clientDialogue();
        Endpoint willing = Endpoint.of(another, SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer old = RawPeer.server(willing, SmtpFixture.SERVER_CONTEXT);
        old.say(GREETING);
        assertThat(old.say("502 5.5.1 What\r\n")).isEqualTo("HELO client.example.org\r\n");
        assertThat(willing.connection().phase()).isEqualTo(Phase.CAPABILITY);
        old.say("250-mail.example.org\r\n250 STARTTLS\r\n");
        assertThat(willing.connection().ready()).isTrue();
        assertThat(another.announced().domain()).isEqualTo("mail.example.org");
        assertThat(another.announced().names()).as("HELO announces nothing").isEmpty();
    }

    @Test
    void helo_is_not_said_when_it_is_not_allowed() {
        SmtpClientDialogue never = new SmtpClientDialogue("c", HeloFallback.NEVER);
        Endpoint willing = Endpoint.of(never, SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer old = RawPeer.server(willing, SmtpFixture.SERVER_CONTEXT);
        old.say(GREETING);
        assertThat(old.say("502 5.5.1 What\r\n")).isEmpty();
        assertThat(willing.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(willing.upgradeFailure()).hasMessageContaining("HeloFallback.NEVER");
        assertThat(willing.upgradeFailure().reply()).contains("502 5.5.1 What");
    }

    @ParameterizedTest
    @ValueSource(strings = {"220 mail.example.org", "251 x", "354 go"})
    void another_answer_to_helo_is_a_violation(String reply) {
        Endpoint willing = Endpoint.of(SmtpFixture.clientDialogue(), SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer old = RawPeer.server(willing, SmtpFixture.SERVER_CONTEXT);
        old.say(GREETING);
        old.say("502 5.5.1 What\r\n");
        assertThat(old.say(reply + "\r\n")).isEmpty();
        assertThat(willing.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"220 mail.example.org", "251 x", "354 go"})
    void another_answer_to_ehlo_is_a_violation(String reply) {
        server.say(GREETING);
        assertThat(server.say(reply + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
    }

    @Test
    void inside_tls_helo_is_not_said_either_when_it_is_not_allowed() throws Exception {
        Endpoint strict =
                Endpoint.of(new SmtpClientDialogue("c", HeloFallback.NEVER), SmtpFixture.client(TlsPolicy.REQUIRED));
        RawPeer odd = RawPeer.server(strict, SmtpFixture.SERVER_CONTEXT);
        odd.say(GREETING);
        odd.say(OFFER);
        odd.handshake(odd.say("220 go\r\n"));
        assertThat(odd.tls("502 5.5.1 What\r\n")).isEmpty();
        assertThat(strict.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(strict.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @Test
    void a_name_of_255_octets_is_sent_and_a_longer_one_refused_where_it_is_set() {
        String name = "x".repeat(255);
        Endpoint named =
                Endpoint.of(new SmtpClientDialogue(name, HeloFallback.NEVER), SmtpFixture.client(TlsPolicy.REQUIRED));
        assertThat(RawPeer.server(named, SmtpFixture.SERVER_CONTEXT).say(GREETING))
                .isEqualTo("EHLO " + name + "\r\n");
        for (String wrong : List.of(name + "x", "", "a b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SmtpClientDialogue(wrong, HeloFallback.NEVER))
                    .withMessageContaining("name: expected");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"550 5.7.1 no", "451 4.7.1 later"})
    void a_refused_helo_turns_the_client_away(String reply) {
        SmtpClientDialogue another = SmtpFixture.clientDialogue();
        Endpoint willing = Endpoint.of(another, SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer old = RawPeer.server(willing, SmtpFixture.SERVER_CONTEXT);
        old.say(GREETING);
        old.say("500 5.5.2 What\r\n");
        old.say(reply + "\r\n");
        assertThat(willing.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
    }

    @Test
    void inside_implicit_tls_a_refused_ehlo_is_followed_by_helo_too() throws Exception {
        SmtpClientDialogue another = SmtpFixture.clientDialogue();
        Endpoint smtps = Endpoint.of(another, SmtpFixture.client(TlsPolicy.IMPLICIT));
        RawPeer old = RawPeer.server(smtps, SmtpFixture.SERVER_CONTEXT);
        assertThat(old.handshake(old.listen())).isEmpty();
        assertThat(old.tls(GREETING)).isEqualTo("EHLO client.example.org\r\n");
        assertThat(old.tls("502 no\r\n")).isEqualTo("HELO client.example.org\r\n");
        old.tls("250 mail.example.org\r\n");
        assertThat(smtps.connection().ready()).isTrue();
        assertThat(smtps.connection().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"450 4.7.0 greylisted", "451 4.3.0 later"})
    void a_passing_refusal_of_ehlo_turns_the_client_away(String reply) {
        server.say(GREETING);
        server.say(reply + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(client.upgradeFailure()).hasMessageContaining("try again later");
        assertThat(client.upgradeFailure()).hasMessageNotContaining("SmtpClient.name");
    }
}
