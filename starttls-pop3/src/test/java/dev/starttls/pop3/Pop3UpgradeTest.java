package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ClientServerContract;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Both dialogues against each other, in memory, with real TLS. */
class Pop3UpgradeTest extends ClientServerContract {

    private final Pop3ClientDialogue dialogue = new Pop3ClientDialogue();

    @Override
    protected ProtocolUnderTest protocol() {
        return new Pop3UnderTest();
    }

    @Override
    protected Optional<?> greeting(Dialogue client) {
        return ((Pop3ClientDialogue) client).greeting();
    }

    @Test
    void a_client_and_a_server_upgrade_and_mail_is_read_and_deleted() throws Exception {
        Pop3Mailbox mailbox = Pop3Fixture.mailbox();
        Endpoint server = Endpoint.of(
                Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED, PlaintextLogin.REFUSED, mailbox),
                Pop3Fixture.server(TlsPolicy.REQUIRED));
        Endpoint client = Endpoint.of(dialogue, Pop3Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink link = MemoryLink.between(client, server).run();

        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced().has("USER")).isTrue();
        assertThat(dialogue.announced().parameters("SASL")).containsExactly("PLAIN");
        assertThat(dialogue.announced().has("STLS")).isFalse();

        client.send("USER mary\r\nPASS secret\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
        link.run();
        assertThat(client.received())
                .isEqualTo(
                        """
                        +OK Say PASS\r
                        +OK 2 messages (64 octets)\r
                        +OK 36 octets\r
                        Subject: first\r
                        \r
                        hello\r
                        ..\r
                        ...dots\r
                        .\r
                        +OK Marked as deleted\r
                        +OK Bye\r
                        """);
        assertThat(mailbox.messages()).extracting(Pop3Message::uniqueId).containsExactly("two");
        assertThat(client.connection().inputEnded()).isTrue();
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void what_leaves_in_the_clear_is_capa_and_stls_alone() {
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, Pop3Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        // 22 is the first octet of the record of the ClientHello.
        assertThat(client.sentText()).startsWith("CAPA\r\nSTLS\r\n\26\3");
    }

    @Test
    void direct_stls_leaves_alone_and_saves_a_round_trip() {
        int asking = roundTrips(DirectUpgrade.NEVER);
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        Pop3ClientDialogue direct = new Pop3ClientDialogue();
        Endpoint client = Endpoint.of(direct, Pop3Fixture.client(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        MemoryLink.between(client, server).run();
        assertThat(client.sentText()).startsWith("STLS\r\n\26\3");
        assertThat(direct.announced().has("USER")).isTrue();
        assertThat(client.connection().report().offeredBefore()).isEmpty();
        assertThat(client.connection().report().roundTrips())
                .isEqualTo(asking - 1)
                .isEqualTo(4);
    }

    @Test
    void the_report_has_both_announcements_and_the_phases() {
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, Pop3Fixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        UpgradeReport report = client.connection().report();
        assertThat(report.protocol()).isEqualTo("pop3");
        assertThat(report.offeredBefore())
                .containsExactly("TOP", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UIDL", "STLS");
        assertThat(report.offeredInside())
                .containsExactly("TOP", "USER", "SASL PLAIN", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UIDL");
        assertThat(report.phases().stream().map(PhaseTime::phase))
                .containsExactly(Phase.GREETING, Phase.CAPABILITY, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @EnumSource(DirectUpgrade.class)
    void under_disabled_nothing_is_proposed_and_the_session_is_in_plaintext(DirectUpgrade direct) {
        Pop3ClientDialogue plain = new Pop3ClientDialogue();
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.OPPORTUNISTIC);
        Endpoint client = Endpoint.of(plain, Pop3Fixture.client(TlsPolicy.DISABLED, direct));
        MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(client.sentText()).isEqualTo("CAPA\r\n");
        assertThat(plain.announced().has("PIPELINING")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"NEVER, 'CAPA\r\n'", "ALWAYS, 'STLS\r\nCAPA\r\n'"})
    void an_opportunistic_client_stays_in_plaintext_where_the_server_has_no_tls(DirectUpgrade direct, String said) {
        Pop3ClientDialogue willing = new Pop3ClientDialogue();
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.DISABLED);
        Endpoint client = Endpoint.of(willing, Pop3Fixture.client(TlsPolicy.OPPORTUNISTIC, direct));
        MemoryLink.between(client, server).run();
        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(client.sentText()).isEqualTo(said);
        assertThat(willing.announced().has("USER")).isTrue();
    }

    private static int roundTrips(DirectUpgrade direct) {
        Endpoint server = Pop3Fixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(new Pop3ClientDialogue(), Pop3Fixture.client(TlsPolicy.REQUIRED, direct));
        MemoryLink.between(client, server).run();
        return client.connection().report().roundTrips();
    }
}
