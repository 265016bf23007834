package dev.starttls.smtp;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Both dialogues against each other, in memory, with real TLS. */
class SmtpUpgradeTest extends ClientServerContract {

    private final List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
    private final SmtpClientDialogue dialogue = SmtpFixture.clientDialogue();

    @Override
    protected ProtocolUnderTest protocol() {
        return new SmtpUnderTest();
    }

    @Override
    protected Optional<?> greeting(Dialogue client) {
        return ((SmtpClientDialogue) client).greeting();
    }

    @Test
    void a_client_and_a_server_upgrade_and_a_message_goes_through() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED, mailbox);
        Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.REQUIRED));
        MemoryLink link = MemoryLink.between(client, server).run();

        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced().has("AUTH")).isTrue();
        assertThat(dialogue.announced().has("STARTTLS")).isFalse();

        client.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
        link.run();
        client.send("Subject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n");
        link.run();
        assertThat(client.received())
                .isEqualTo(
                        """
                        250 2.1.0 Ok\r
                        250 2.1.5 Ok\r
                        354 End with a dot on a line by itself\r
                        250 2.0.0 Taken\r
                        221 2.0.0 Bye\r
                        """);
        assertThat(mailbox).hasSize(1);
        SmtpEnvelope envelope = mailbox.get(0).envelope();
        assertThat(envelope.clientName()).isEqualTo("client.example.org");
        assertThat(envelope.sender()).isEqualTo("a@example.org");
        assertThat(envelope.recipients()).containsExactly("b@example.org");
        assertThat(envelope.session().secure()).isTrue();
        assertThat(client.connection().inputEnded()).isTrue();
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void what_leaves_in_the_clear_is_ehlo_and_starttls_alone() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        // 22 is the first octet of the record of the ClientHello.
        assertThat(client.sentText()).startsWith("EHLO client.example.org\r\nSTARTTLS\r\n\26\3");
    }

    @Test
    void the_report_has_both_announcements_the_phases_and_their_round_trips() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run();
        UpgradeReport report = client.connection().report();
        assertThat(report.protocol()).isEqualTo("smtp");
        assertThat(report.offeredBefore())
                .containsExactly("PIPELINING", "SIZE 65536", "8BITMIME", "ENHANCEDSTATUSCODES", "CHUNKING", "STARTTLS");
        assertThat(report.offeredInside())
                .containsExactly(
                        "PIPELINING",
                        "SIZE 65536",
                        "8BITMIME",
                        "ENHANCEDSTATUSCODES",
                        "CHUNKING",
                        "AUTH PLAIN",
                        "REQUIRETLS");
        assertThat(report.phases().stream().map(PhaseTime::phase))
                .containsExactly(Phase.GREETING, Phase.CAPABILITY, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
        assertThat(report.phases().stream().map(PhaseTime::roundTrips))
                .as("TLS 1.3: one round trip in each phase")
                .containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void under_disabled_nothing_is_proposed_and_the_session_is_in_plaintext() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.OPPORTUNISTIC);
        Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.DISABLED));
        MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(client.sentText()).isEqualTo("EHLO client.example.org\r\n");
        assertThat(dialogue.announced().has("PIPELINING")).isTrue();
    }

    @Test
    void an_opportunistic_client_stays_in_plaintext_where_the_server_does_not_offer() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.DISABLED);
        Endpoint client = Endpoint.of(dialogue, SmtpFixture.client(TlsPolicy.OPPORTUNISTIC));
        MemoryLink.between(client, server).run();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(dialogue.announced().has("PIPELINING")).isTrue();
    }
}
