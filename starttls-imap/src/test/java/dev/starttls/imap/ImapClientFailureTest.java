package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import dev.starttls.core.testing.ClientFailureContract;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.DowngradeDetection;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are broken, hostile or in the wrong place: the reason, the phase and the advice that a person gets. */
class ImapClientFailureTest extends ClientFailureContract {

    private static final String GREETING = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";
    private static final String BARE_GREETING = "* OK ready\r\n";
    private static final String OFFER = "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nT1 OK done\r\n";

    private final ImapClientDialogue dialogue = new ImapClientDialogue();
    private final Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.REQUIRED));
    private final RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);

    @Override
    protected ProtocolUnderTest protocol() {
        return new ImapUnderTest();
    }

    @Test
    void a_stripped_offer_in_the_greeting_blocks_the_session() {
        assertThat(server.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"))
                .isEqualTo("T1 CAPABILITY\r\n");
        assertThat(server.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nT1 OK done\r\n"))
                .isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(failure.phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(failure.resultType()).isEqualTo("starttls-not-supported");
        assertThat(failure.hint().orElseThrow()).contains("an implicit-TLS port (993) cannot be stripped");
        assertThat(failure.reply()).contains("T1 OK done");
        assertThat(client.sentText()).isEqualTo("T1 CAPABILITY\r\n");
    }

    @Test
    void a_code_in_the_greeting_without_starttls_is_not_believed_unasked() {
        assertThat(server.say("* OK [CAPABILITY IMAP4rev1] ready\r\n")).isEqualTo("T1 CAPABILITY\r\n");
        assertThat(server.say("* CAPABILITY IMAP4rev1 STARTTLS\r\nT1 OK done\r\n"))
                .isEqualTo("T2 STARTTLS\r\n");
    }

    @Test
    void where_asking_is_refused_the_greeting_is_all_that_is_known() {
        ImapClientDialogue another = new ImapClientDialogue();
        Endpoint willing = Endpoint.of(another, ImapFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer odd = RawPeer.server(willing, ImapFixture.SERVER_CONTEXT);
        assertThat(odd.say("* OK [CAPABILITY IMAP4rev1 ID] ready\r\n")).isEqualTo("T1 CAPABILITY\r\n");
        odd.say("T1 BAD what\r\n");
        assertThat(willing.connection().ready()).isTrue();
        assertThat(another.announced().has("ID")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* CAPABILITY IMAP4rev1 XSTARTTLS\r\nT1 OK done\r\n",
                "* CAPABILITY\r\nT1 OK done\r\n",
                "T1 OK [CAPABILITY IMAP4rev1] done\r\n",
                "T1 BAD What\r\n",
                "T1 NO What\r\n"
            })
    void an_offer_stripped_from_the_capabilities_blocks_the_session(String answer) {
        assertThat(server.say(BARE_GREETING)).isEqualTo("T1 CAPABILITY\r\n");
        assertThat(server.say(answer)).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(client.sentText()).isEqualTo("T1 CAPABILITY\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* CAPABILITY IMAP4rev1 STARTTLS\r\nT1 OK done\r\n",
                "* 3 EXISTS\r\n* capability imap4rev1 starttls\r\n* OK [ALERT] x\r\nT1 ok\r\n",
                "T1 OK [CAPABILITY IMAP4rev1 STARTTLS] done\r\n",
                "* LIST () \"/\" {7}\r\na\r\nT1 O x {0}\r\n\r\n* CAPABILITY STARTTLS\r\nT1 OK done\r\n",
                "* XATOM\r\n* NO warning {5}\r\n* CAPABILITY STARTTLS\r\nT1 OK done\r\n"
            })
    void capabilities_are_found_among_whatever_else_the_server_says(String answer) {
        server.say(BARE_GREETING);
        assertThat(server.say(answer)).isEqualTo("T2 STARTTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T1 OK done\r\n",
                "T2 OK done\r\n",
                "t1 OK done\r\n",
                "+ go on\r\n",
                "* PREAUTH hello\r\n",
                "T1\r\n",
                "\r\n",
                "T1 CAPABILITY\r\n",
                "T1 BYE\r\n",
                "* X {5+}\r\n"
            })
    void an_invalid_answer_to_capability_is_a_violation(String answer) {
        server.say(BARE_GREETING);
        assertThat(server.say(answer)).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"T1 NO [UNAVAILABLE] TLS is not set up", "T1 BAD STARTTLS unknown", "T1 NO"})
    void a_refusal_of_starttls_blocks_the_session_and_keeps_its_code(String reply) {
        server.say(GREETING);
        assertThat(server.say(reply + "\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(failure.phase()).isEqualTo(Phase.COMMAND);
        assertThat(failure.reply()).contains(reply);
        assertThat(dialogue.lastReply().orElseThrow().code().map(ImapResponseCode::name))
                .isEqualTo(reply.contains("[") ? Optional.of("UNAVAILABLE") : Optional.empty());
        assertThat(client.sentText()).isEqualTo("T1 STARTTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"T1 NO Not now\r\n", "T1 BAD What\r\n"})
    void an_opportunistic_client_goes_on_in_plaintext_after_a_refusal(String reply) {
        ImapClientDialogue another = new ImapClientDialogue();
        Endpoint willing = Endpoint.of(another, ImapFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer busy = RawPeer.server(willing, ImapFixture.SERVER_CONTEXT);
        busy.say(GREETING);
        busy.say(reply);
        assertThat(willing.failure()).isEmpty();
        assertThat(willing.connection().ready()).isTrue();
        assertThat(willing.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(another.announced().has("STARTTLS")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T2 OK go",
                "t1 OK go",
                "T11 OK go",
                "T OK go",
                "* PREAUTH go",
                "+ go",
                "+",
                "* STARTTLS",
                "* starttls OK",
                "T1 STARTTLS OK",
                "T1 PREAUTH go",
                "T1",
                "OK go",
                "220 go",
                "+OK go",
                ""
            })
    void only_ok_under_the_tag_of_starttls_is_the_go_ahead(String reply) {
        server.say(GREETING);
        assertThat(server.say(reply + "\r\n")).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(failure.phase()).isEqualTo(Phase.COMMAND);
        assertThat(failure.getMessage()).containsAnyOf("its tag T1", "Expected a response");
        assertThat(client.sentText()).isEqualTo("T1 STARTTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T1 OK",
                "T1 ok go",
                "T1 OK [ALERT] go {5}",
                "* OK [ALERT] Down at noon\r\nT1 OK go",
                "* OK Waiting for authentication process to respond..\r\nT1 OK go",
                "* NO Disk nearly full\r\nT1 OK go",
                "* BAD what\r\nT1 OK go",
                "* BAD [CLIENTBUG] what\r\n* OK\r\nT1 OK go",
                "* 7 EXISTS\r\n* CAPABILITY AUTH=EVIL\r\n* NO [OVERQUOTA] x\r\nT1 OK go",
                "* LIST () \"/\" {11}\r\nT1 OK no\r\n.\r\nT1 OK go"
            })
    void ok_under_the_tag_is_the_go_ahead_whatever_comes_between(String reply) throws Exception {
        server.say(GREETING);
        String hello = server.say(reply + "\r\n");
        assertThat(hello).startsWith("\26\3");
        assertThat(server.handshake(hello)).isEqualTo("T2 CAPABILITY\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {GREETING + "T1 OK go\r\n", BARE_GREETING + OFFER + "T2 OK go\r\n"})
    void a_go_ahead_that_was_sent_before_the_command_is_not_taken(String early) {
        String answer = server.say(early);
        assertThat(answer).doesNotContain("\26\3");
        assertThat(client.upgradeFailure().reason())
                .isIn(FailureReason.PROTOCOL_VIOLATION, FailureReason.PLAINTEXT_INJECTION);
    }

    @Test
    void preauth_fails_a_client_that_requires_tls() {
        assertThat(server.say("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome mary\r\n"))
                .isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.PREAUTHENTICATED);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.resultType()).isEqualTo("starttls-not-supported");
        assertThat(failure.reply().orElseThrow()).startsWith("* PREAUTH ");
        assertThat(failure.hint().orElseThrow())
                .contains("TlsPolicy.REQUIRED. Use an implicit-TLS port (993)")
                .doesNotContain("later");
        assertThat(client.sentText()).isEmpty();
    }

    @Test
    void preauth_fails_an_opportunistic_client_that_has_used_tls_with_the_server() {
        Instant now = Instant.EPOCH;
        TlsHistory history = TlsHistory.inMemory(1);
        history.used(
                new HostService("localhost", 587, "imap"),
                new TlsUse(now, now, "TLSv1.3", List.of(), Optional.empty()));
        Endpoint blocking = Endpoint.of(
                new ImapClientDialogue(),
                ImapFixture.client(TlsPolicy.OPPORTUNISTIC)
                        .withDowngrades(DowngradeDetection.blocking(history, () -> now)));
        RawPeer known = RawPeer.server(blocking, ImapFixture.SERVER_CONTEXT);
        assertThat(known.say("* PREAUTH welcome\r\n")).isEmpty();
        assertThat(blocking.upgradeFailure().reason()).isEqualTo(FailureReason.PREAUTHENTICATED);
        assertThat(blocking.upgradeFailure()).hasMessageContaining("TLS is required until 1970-01-31");
        assertThat(blocking.sentText()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"OPPORTUNISTIC", "DISABLED"})
    void where_the_policy_allows_it_a_preauthenticated_session_goes_on_in_plaintext(TlsPolicy policy) {
        ImapClientDialogue another = new ImapClientDialogue();
        Endpoint willing = Endpoint.of(another, ImapFixture.client(policy));
        RawPeer known = RawPeer.server(willing, ImapFixture.SERVER_CONTEXT);
        assertThat(known.say("* PREAUTH welcome\r\n")).isEqualTo("T1 CAPABILITY\r\n");
        assertThat(known.say("* CAPABILITY IMAP4rev1 STARTTLS\r\nT1 OK done\r\n"))
                .isEmpty();
        assertThat(willing.failure()).isEmpty();
        assertThat(willing.connection().ready()).isTrue();
        assertThat(willing.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(another.preauthenticated()).isTrue();
        assertThat(another.announced().has("IMAP4rev1")).isTrue();
    }

    @Test
    void a_preauthenticated_session_whose_greeting_has_the_capabilities_goes_on_at_once() {
        Endpoint willing = Endpoint.of(new ImapClientDialogue(), ImapFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer known = RawPeer.server(willing, ImapFixture.SERVER_CONTEXT);
        assertThat(known.say("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n"))
                .isEmpty();
        assertThat(willing.connection().ready()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"* BYE Too busy", "* BYE [REFERRAL imap://evil.example/] Go there", "* bye"})
    void bye_as_the_greeting_turns_the_client_away_whatever_follows(String greeting) {
        assertThat(server.say(greeting + "\r\n" + GREETING)).isEmpty();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.reply()).contains(greeting);
        assertThat(dialogue.lastReply().orElseThrow().condition()).isEqualTo(ImapCondition.BYE);
    }

    @Test
    void bye_turns_the_client_away_in_every_phase() throws Exception {
        server.say(BARE_GREETING);
        server.say("* BYE Shutting down\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);

        Endpoint other = Endpoint.of(new ImapClientDialogue(), ImapFixture.client(TlsPolicy.OPPORTUNISTIC));
        RawPeer closing = RawPeer.server(other, ImapFixture.SERVER_CONTEXT);
        closing.say(GREETING);
        closing.say("* BYE [REFERRAL imap://evil.example/] Go there\r\nT1 OK go\r\n");
        assertThat(other.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(other.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);

        Endpoint inside = Endpoint.of(new ImapClientDialogue(), ImapFixture.client(TlsPolicy.REQUIRED));
        RawPeer late = RawPeer.server(inside, ImapFixture.SERVER_CONTEXT);
        upgrade(late);
        late.tls("* BYE Shutting down\r\n");
        assertThat(inside.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(inside.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK ready",
                "220 mail.example.org ESMTP",
                "SSH-2.0-OpenSSH",
                "",
                "*",
                "* ",
                "* NO hello",
                "* BAD hello",
                "* OKAY",
                "*OK ready",
                "a OK ready",
                "+ ready",
                "* CAPABILITY IMAP4rev1 STARTTLS",
                "* HELLO {5+}"
            })
    void a_greeting_of_another_kind_or_protocol_is_a_violation(String greeting) {
        server.say(greeting + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
        assertThat(client.sentText()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* 1 EXISTS\r\n",
                "* OK [ALERT] x\r\n",
                "* X {0}\r\n\r\n",
                "* X {65537}\r\n",
                "* X {2147483648}\r\n",
                "* X {99999999999999999999999}\r\n",
                "* X {9000}\r\n"
            })
    void data_without_end_is_bounded_before_and_after_the_command(String data) {
        for (String opening : new String[] {BARE_GREETING, GREETING}) {
            Endpoint flooded = Endpoint.of(new ImapClientDialogue(), ImapFixture.client(TlsPolicy.REQUIRED));
            RawPeer flood = RawPeer.server(flooded, ImapFixture.SERVER_CONTEXT);
            flood.say(opening);
            flood.say(data.repeat(10_000));
            assertThat(flooded.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
            assertThat(flooded.upgradeFailure().phase()).isIn(Phase.CAPABILITY, Phase.COMMAND);
        }
    }

    @Test
    void only_what_was_announced_inside_tls_counts() throws Exception {
        server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN IDLE] ready\r\n");
        assertThat(dialogue.announced().has("AUTH=PLAIN")).isTrue();
        assertThat(dialogue.greeting()).isPresent();
        String hello = server.say("* 3 EXISTS\r\n* OK [ALERT] x\r\nT1 OK [CAPABILITY IMAP4rev1 AUTH=EVIL] go\r\n");
        assertThat(server.handshake(hello)).isEqualTo("T2 CAPABILITY\r\n");
        assertThat(dialogue.announced()).isEqualTo(ImapCapabilities.none());
        assertThat(dialogue.capabilities()).isEmpty();
        assertThat(dialogue.greeting()).isEmpty();
        assertThat(dialogue.lastReply()).isEmpty();
        assertThat(server.tls("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nT2 OK done\r\n"))
                .as("STARTTLS offered again is not used")
                .isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(dialogue.announced().announced()).containsExactly("IMAP4rev1", "STARTTLS", "LOGINDISABLED");
        assertThat(dialogue.announced().loginDisabled()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "T1 OK done\r\n",
                "T2 OK done\r\n",
                "T2 NO done\r\n",
                "T2 BAD done\r\n",
                "* OK ready\r\nT3 OK\r\n"
            })
    void capabilities_that_are_not_announced_inside_tls_are_a_violation(String answer) throws Exception {
        upgrade(server);
        server.tls(answer);
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @Test
    void a_greeting_inside_implicit_tls_without_capabilities_is_followed_by_the_question() throws Exception {
        ImapClientDialogue another = new ImapClientDialogue();
        Endpoint imaps = Endpoint.of(another, ImapFixture.client(TlsPolicy.IMPLICIT));
        RawPeer old = RawPeer.server(imaps, ImapFixture.SERVER_CONTEXT);
        assertThat(old.handshake(old.listen())).isEmpty();
        assertThat(old.tls("* PREAUTH hello\r\n")).isEqualTo("T1 CAPABILITY\r\n");
        old.tls("* CAPABILITY IMAP4rev1\r\nT1 OK done\r\n");
        assertThat(imaps.connection().ready()).isTrue();
        assertThat(another.preauthenticated()).isTrue();
    }

    private static void upgrade(RawPeer peer) throws Exception {
        peer.say(GREETING);
        peer.handshake(peer.say("T1 OK go\r\n"));
    }
}
