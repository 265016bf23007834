package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both dialogues against each other, in memory, with real TLS. */
class ImapUpgradeTest {

    private final ImapClientDialogue dialogue = new ImapClientDialogue();

    @Test
    void a_client_and_a_server_upgrade_and_a_user_logs_in() {
        Endpoint server = Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink link = MemoryLink.between(client, server).run();

        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced()).hasToString(Fixture.INSIDE);
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
    void what_leaves_in_the_clear_is_starttls_alone_when_the_greeting_tells_the_capabilities() {
        Endpoint server = Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        // 22 is the first octet of the record of the ClientHello.
        assertThat(client.sentText()).startsWith("T1 STARTTLS\r\n\26\3");
        assertThat(server.sentText())
                .startsWith("* OK [CAPABILITY " + Fixture.BEFORE
                        + "] mail.example.org ready\r\nT1 OK Begin TLS negotiation now\r\n\26\3");
    }

    @Test
    void the_report_tells_both_announcements_the_phases_and_their_round_trips() {
        Endpoint server = Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        UpgradeReport report = client.connection().report();
        assertThat(report.protocol()).isEqualTo("imap");
        assertThat(report.roundTrips()).isEqualTo(4);
        assertThat(report.offeredBefore()).containsExactly(Fixture.BEFORE.split(" "));
        assertThat(report.offeredInside()).containsExactly(Fixture.INSIDE.split(" "));
        assertThat(report.phases().stream().map(PhaseTime::phase))
                .containsExactly(Phase.GREETING, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, EC", "TLSv1.3, RSA", "TLSv1.2, EC", "TLSv1.2, RSA"})
    void every_version_and_key_upgrades_by_starttls_and_implicitly(String version, KeyKind kind) {
        SSLContext context = Fixture.CERTIFICATES.server(Fixture.CERTIFICATES.localhost(kind));
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.IMPLICIT)) {
            Endpoint server = Endpoint.of(Fixture.serverDialogue(policy), Fixture.settings(policy, context));
            UpgradeSettings settings = UpgradeSettings.of(policy)
                    .withTls(TlsSettings.builder()
                            .context(Fixture.CLIENT_CONTEXT)
                            .versions(version)
                            .build());
            ImapClientDialogue fresh = new ImapClientDialogue();
            Endpoint client = Endpoint.of(fresh, settings);
            MemoryLink.between(client, server).run();
            assertThat(client.failure()).isEmpty();
            assertThat(client.connection().ready()).isTrue();
            assertThat(client.connection().report().tls().orElseThrow().version())
                    .isEqualTo(version);
            assertThat(fresh.announced()).hasToString(Fixture.INSIDE);
            assertThat(fresh.greeting().isPresent()).isEqualTo(policy == TlsPolicy.IMPLICIT);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3", "TLSv1.2"})
    void a_second_connection_resumes_the_session(String version) {
        SSLContext serverContext = Fixture.CERTIFICATES.server(Fixture.CERTIFICATES.localhost(KeyKind.EC));
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Fixture.CERTIFICATES.client())
                        .versions(version)
                        .build());
        List<Resumption> resumptions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Endpoint server = Endpoint.of(
                    Fixture.serverDialogue(TlsPolicy.REQUIRED), Fixture.settings(TlsPolicy.REQUIRED, serverContext));
            Endpoint client = Endpoint.of(new ImapClientDialogue(), settings);
            MemoryLink link = MemoryLink.between(client, server).run();
            resumptions.add(client.connection().report().tls().orElseThrow().resumption());
            client.send("x LOGOUT\r\n");
            link.run();
        }
        assertThat(resumptions).containsExactly(Resumption.FULL, Resumption.RESUMED);
    }

    @Test
    void with_implicit_tls_the_greeting_saves_asking_for_the_capabilities() {
        Endpoint server = Fixture.serverSide(TlsPolicy.IMPLICIT);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.IMPLICIT));
        MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(dialogue.greeting().orElseThrow().text()).isEqualTo("mail.example.org ready");
        assertThat(client.connection().report().phases().stream().map(PhaseTime::phase))
                .doesNotContain(Phase.CAPABILITY, Phase.COMMAND, Phase.RECAPABILITY);
        assertThat(client.connection().report().offeredInside()).containsExactly(Fixture.INSIDE.split(" "));
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
        Endpoint server = Fixture.serverSide(TlsPolicy.IMPLICIT, handler);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.IMPLICIT));
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
        Endpoint server = Fixture.serverSide(TlsPolicy.REQUIRED, handler);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        assertThat(client.upgradeFailure().reply()).contains("* BYE [UNAVAILABLE] Too many connections");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({"OPPORTUNISTIC, DISABLED", "DISABLED, OPPORTUNISTIC"})
    void where_the_policies_allow_no_tls_the_session_is_in_plaintext_and_log_in_is_known_to_be_off(
            TlsPolicy serverPolicy, TlsPolicy clientPolicy) {
        Endpoint server = Fixture.serverSide(serverPolicy);
        Endpoint client = Endpoint.of(dialogue, Fixture.client(clientPolicy));
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
