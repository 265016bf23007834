package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Proposal;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS right after the greeting. */
@Timeout(60)
class SmtpDirectTest {

    private static final String GREETING = "220 mail.example.org ESMTP\r\n";
    private static final String EHLO = "EHLO client.example.org\r\n";
    private static final String OFFER = "250-mail.example.org\r\n250 STARTTLS\r\n";

    private final HostMemory memory = HostMemory.inMemory(10);

    @Test
    void it_saves_a_round_trip_and_ehlo_is_said_inside_tls_alone() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        SmtpClientDialogue dialogue = SmtpFixture.clientDialogue();
        Endpoint client = Endpoint.of(dialogue, settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        MemoryLink.between(client, server).run();
        assertThat(client.failure()).isEmpty();
        assertThat(client.sentText()).startsWith("STARTTLS\r\n\26\3").doesNotContain("EHLO");
        assertThat(dialogue.announced().has("AUTH")).isTrue();
        assertThat(client.connection().report().roundTrips()).isEqualTo(4);
        assertThat(client.connection().report().proposal()).isEqualTo(Proposal.UNASKED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "503 EHLO or HELO expected before STARTTLS",
                "503 5.5.1 Error",
                "454 4.7.0 TLS not available",
                "502 Not implemented",
                "530 5.7.0 EHLO first",
                "500-x\r\n500 y"
            })
    void a_refusal_falls_back_to_ehlo_and_to_starttls_again_if_that_announces_it(String refusal) throws Exception {
        for (TlsPolicy policy : new TlsPolicy[] {TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC}) {
            Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(policy, DirectUpgrade.ALWAYS));
            RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);
            assertThat(server.say(GREETING)).isEqualTo("STARTTLS\r\n");
            assertThat(server.say(refusal + "\r\n")).isEqualTo(EHLO);
            assertThat(server.say(OFFER)).isEqualTo("STARTTLS\r\n");
            String hello = server.say("220 go\r\n");
            assertThat(server.handshake(hello)).isEqualTo(EHLO);
            assertThat(memory.recall("localhost", 587).command()).isEqualTo(Answer.REFUSED);
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUIRED", "OPPORTUNISTIC"})
    void what_is_not_offered_then_is_held_against_the_policy(TlsPolicy policy) {
        Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(policy, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);
        server.say(GREETING);
        assertThat(server.say("502 5.5.1 Not implemented\r\n")).isEqualTo(EHLO);
        assertThat(server.say("250-mail.example.org\r\n250 SIZE 1\r\n")).isEmpty();
        if (policy == TlsPolicy.REQUIRED) {
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
            assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        } else {
            assertThat(client.connection().ready()).isTrue();
            assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
        }
    }

    @Test
    void a_second_refusal_is_the_last() {
        Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);
        server.say(GREETING);
        server.say("454 4.7.0 TLS not available\r\n");
        server.say(OFFER);
        assertThat(server.say("454 4.7.0 TLS not available\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(memory.recall("localhost", 587).command())
                .as("it had no TLS, asked or not")
                .isEqualTo(Answer.UNKNOWN);
    }

    @Test
    void a_server_that_closes_is_asked_the_next_time() {
        Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);
        server.say(GREETING);
        assertThat(server.say("421 4.3.2 Bye\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(client.upgradeFailure())
                .hasMessageContaining("it ended the session")
                .hasMessageContaining("421");
        assertThat(memory.recall("localhost", 587).command()).isEqualTo(Answer.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 ok", "221 bye", "354 go", "+OK", ""})
    void anything_else_is_a_violation(String reply) {
        Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, SmtpFixture.SERVER_CONTEXT);
        server.say(GREETING);
        assertThat(server.say(reply + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @Test
    void a_client_hello_is_tried_on_no_host_and_sent_to_those_that_are_said_to_take_it() {
        HostFacts upgraded = HostFacts.NONE.withUpgraded().withCommand(Answer.TAKEN);
        remember(upgraded);
        assertThat(first(TlsPolicy.REQUIRED)).isEqualTo("STARTTLS\r\n");
        remember(upgraded.withClientHello(Answer.TAKEN));
        assertThat(first(TlsPolicy.REQUIRED)).startsWith("STARTTLS\r\n\26\3");
    }

    private String first(TlsPolicy policy) {
        Endpoint client = Endpoint.of(SmtpFixture.clientDialogue(), settings(policy, DirectUpgrade.REMEMBERED));
        return RawPeer.server(client, SmtpFixture.SERVER_CONTEXT).say(GREETING);
    }

    private void remember(HostFacts facts) {
        memory.update("localhost", 587, known -> facts);
    }

    private UpgradeSettings settings(TlsPolicy policy, DirectUpgrade direct) {
        return SmtpFixture.client(policy).withDirect(direct).withMemory(memory);
    }
}
