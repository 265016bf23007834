package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ClientServerContract;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both dialogues against each other, in memory, with real TLS. */
class ImapUpgradeTest extends ClientServerContract {

    private final ImapClientDialogue dialogue = new ImapClientDialogue();

    @Override
    protected ProtocolUnderTest protocol() {
        return new ImapUnderTest();
    }

    @Override
    protected Optional<?> greeting(Dialogue client) {
        return ((ImapClientDialogue) client).greeting();
    }

    @Test
    void a_client_and_a_server_upgrade_and_a_user_logs_in() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.REQUIRED));
        MemoryLink link = MemoryLink.between(client, server).run();

        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced()).hasToString(ImapFixture.INSIDE);
        assertThat(dialogue.announced().loginDisabled()).isFalse();
        assertThat(dialogue.preauthenticated()).isFalse();

        client.send("x1 LOGIN mary secret\r\nx2 NOOP\r\nx3 LOGOUT\r\n");
        link.run();
        assertThat(client.received())
                .isEqualTo(
                        """
                        x1 OK Logged in\r
                        x2 OK NOOP completed\r
                        * BYE mail.example.org closing the connection\r
                        x3 OK LOGOUT completed\r
                        """);
        assertThat(client.connection().inputEnded()).isTrue();
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void what_leaves_in_the_clear_is_starttls_alone_when_the_greeting_has_the_capabilities() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        // 22 is the first octet of the record of the ClientHello.
        assertThat(client.sentText()).startsWith("T1 STARTTLS\r\n\26\3");
        assertThat(server.sentText())
                .startsWith("* OK [CAPABILITY " + ImapFixture.BEFORE
                        + "] mail.example.org ready\r\nT1 OK Begin TLS negotiation now\r\n\26\3");
    }

    @Test
    void the_report_has_both_announcements_the_phases_and_their_round_trips() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        UpgradeReport report = client.connection().report();
        assertThat(report.protocol()).isEqualTo("imap");
        assertThat(report.roundTrips()).isEqualTo(4);
        assertThat(report.offeredBefore()).containsExactly(ImapFixture.BEFORE.split(" "));
        assertThat(report.offeredInside()).containsExactly(ImapFixture.INSIDE.split(" "));
        assertThat(report.phases().stream().map(PhaseTime::phase))
                .containsExactly(Phase.GREETING, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
    }

    @Test
    void with_implicit_tls_the_greeting_saves_asking_for_the_capabilities() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.IMPLICIT);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.IMPLICIT));
        MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(dialogue.greeting().orElseThrow().text()).isEqualTo("mail.example.org ready");
        assertThat(client.connection().report().phases().stream().map(PhaseTime::phase))
                .doesNotContain(Phase.CAPABILITY, Phase.COMMAND, Phase.RECAPABILITY);
        assertThat(client.connection().report().offeredInside()).containsExactly(ImapFixture.INSIDE.split(" "));
    }

    @Test
    void a_client_that_the_server_knows_already_is_greeted_so_inside_implicit_tls() {
        ImapHandler handler = new ImapHandler() {
            @Override
            public ImapAnswer handle(ImapCommand command, ImapSession session) {
                return ImapAnswer.ok("for " + session.user().orElse("nobody"));
            }

            @Override
            public Optional<String> connected(ImapSession session) {
                session.logIn("mary");
                return Optional.empty();
            }
        };
        Endpoint server = ImapFixture.serverSide(TlsPolicy.IMPLICIT, handler);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.IMPLICIT));
        MemoryLink link = MemoryLink.between(client, server).run();
        assertThat(client.failure()).isEmpty();
        assertThat(dialogue.preauthenticated()).isTrue();
        client.send("x SELECT INBOX\r\ny LOGIN a b\r\nz STARTTLS\r\n");
        link.run();
        assertThat(client.received().split("\r\n"))
                .containsExactly(
                        "x OK for mary",
                        "y BAD Logged in already",
                        "z BAD STARTTLS is for clients that have not logged in");
    }

    @Test
    void a_server_that_turns_a_client_away_says_why() {
        ImapHandler handler = new ImapHandler() {
            @Override
            public ImapAnswer handle(ImapCommand command, ImapSession session) {
                return ImapAnswer.bad("never");
            }

            @Override
            public Optional<String> connected(ImapSession session) {
                return Optional.of("[UNAVAILABLE] Too many connections");
            }
        };
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        assertThat(client.upgradeFailure().reply()).contains("* BYE [UNAVAILABLE] Too many connections");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({"OPPORTUNISTIC, DISABLED", "DISABLED, OPPORTUNISTIC"})
    void where_the_policies_allow_no_tls_the_session_is_in_plaintext_and_log_in_is_known_to_be_off(
            TlsPolicy serverPolicy, TlsPolicy clientPolicy) {
        Endpoint server = ImapFixture.serverSide(serverPolicy);
        Endpoint client = Endpoint.of(dialogue, ImapFixture.client(clientPolicy));
        MemoryLink link = MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        // Under DISABLED the server's greeting offers nothing, which is not believed unasked.
        assertThat(client.sentText()).isEqualTo(serverPolicy == TlsPolicy.DISABLED ? "T1 CAPABILITY\r\n" : "");
        assertThat(dialogue.announced().loginDisabled()).isTrue();
        client.send("x NOOP\r\n");
        link.run();
        assertThat(client.received()).isEqualTo("x OK NOOP completed\r\n");
    }
}
