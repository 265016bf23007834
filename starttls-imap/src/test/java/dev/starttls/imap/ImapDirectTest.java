package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
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

/** STARTTLS right after the greeting, and the ClientHello with it. */
@Timeout(120)
class ImapDirectTest {

    /** A greeting from which nothing is known of STARTTLS. */
    private static final String GREETING = "* OK ready\r\n";

    private static final HostFacts TAKING =
            HostFacts.NONE.withUpgraded().withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);

    private final HostMemory memory = HostMemory.inMemory(10);

    @ParameterizedTest
    @ValueSource(strings = {GREETING, "* OK [CAPABILITY IMAP4rev1] ready\r\n", "* OK [ALERT] ready\r\n"})
    void where_the_greeting_does_not_offer_it_it_is_said_unasked(String greeting) throws Exception {
        Endpoint client = Endpoint.of(new ImapClientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);
        assertThat(server.say(greeting)).isEqualTo("T1 STARTTLS\r\n");
        String hello = server.say("T1 OK go\r\n");
        assertThat(server.handshake(hello)).isEqualTo("T2 CAPABILITY\r\n");
        assertThat(client.connection().report().proposal()).isEqualTo(Proposal.UNASKED);
        assertThat(client.connection().report().offeredBefore()).isEmpty();
        assertThat(memory.recall("localhost", 587).command()).isEqualTo(Answer.TAKEN);
    }

    @Test
    void where_the_greeting_offers_it_nothing_is_unasked() {
        Endpoint client = Endpoint.of(new ImapClientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        MemoryLink.between(client, ImapFixture.serverSide(TlsPolicy.REQUIRED)).run();
        assertThat(client.connection().report().proposal()).isEqualTo(Proposal.ASKED);
        assertThat(client.connection().report().roundTrips()).isEqualTo(4);
        assertThat(memory.recall("localhost", 587).command()).isEqualTo(Answer.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"T1 BAD not now", "T1 NO not now", "* BAD what\r\nT1 BAD again", "T1 NO [UNAVAILABLE] later"})
    void a_refusal_falls_back_to_capability_and_to_starttls_again_if_that_announces_it(String refusal)
            throws Exception {
        for (TlsPolicy policy : new TlsPolicy[] {TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC}) {
            Endpoint client = Endpoint.of(new ImapClientDialogue(), settings(policy, DirectUpgrade.ALWAYS));
            RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);
            server.say(GREETING);
            assertThat(server.say(refusal + "\r\n")).isEqualTo("T2 CAPABILITY\r\n");
            assertThat(server.say("* CAPABILITY IMAP4rev1 STARTTLS\r\nT2 OK done\r\n"))
                    .isEqualTo("T3 STARTTLS\r\n");
            String hello = server.say("T3 OK go\r\n");
            assertThat(server.handshake(hello)).isEqualTo("T4 CAPABILITY\r\n");
            assertThat(memory.recall("localhost", 587).command()).isEqualTo(Answer.REFUSED);
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUIRED", "OPPORTUNISTIC"})
    void what_is_not_offered_then_is_held_against_the_policy(TlsPolicy policy) {
        Endpoint client = Endpoint.of(new ImapClientDialogue(), settings(policy, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);
        server.say(GREETING);
        assertThat(server.say("T1 BAD what\r\n")).isEqualTo("T2 CAPABILITY\r\n");
        assertThat(server.say("* CAPABILITY IMAP4rev1\r\nT2 OK done\r\n")).isEmpty();
        if (policy == TlsPolicy.REQUIRED) {
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
            assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
        } else {
            assertThat(client.connection().ready()).isTrue();
            assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
            assertThat(client.connection().report().offeredBefore()).containsExactly("IMAP4rev1");
        }
    }

    @Test
    void a_client_that_is_logged_in_already_says_nothing_unasked() {
        Endpoint client = Endpoint.of(new ImapClientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.ALWAYS));
        RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);
        assertThat(server.say("* PREAUTH welcome\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PREAUTHENTICATED);
    }

    @Test
    void a_client_hello_comes_with_starttls_on_the_second_connection_and_saves_a_round_trip() {
        for (Proposal expected :
                new Proposal[] {Proposal.ASKED, Proposal.ASKED_WITH_HELLO, Proposal.ASKED_WITH_HELLO}) {
            Endpoint client =
                    Endpoint.of(new ImapClientDialogue(), settings(TlsPolicy.REQUIRED, DirectUpgrade.REMEMBERED));
            MemoryLink.between(client, taking()).run();
            assertThat(client.failure()).isEmpty();
            assertThat(client.connection().report().proposal()).isEqualTo(expected);
            assertThat(client.connection().report().roundTrips()).isEqualTo(expected == Proposal.ASKED ? 4 : 3);
        }
        assertThat(memory.recall("localhost", 587).clientHello()).isEqualTo(Answer.TAKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"T1 BAD no", "T1 NO no", "* BYE no", "* BAD what\r\n* BAD what\r\nT1 BAD no"})
    void a_refusal_of_one_that_came_with_its_client_hello_ends_the_connection(String refusal) {
        memory.update("localhost", 587, known -> TAKING);
        Endpoint client =
                Endpoint.of(new ImapClientDialogue(), settings(TlsPolicy.OPPORTUNISTIC, DirectUpgrade.REMEMBERED));
        RawPeer server = RawPeer.server(client, ImapFixture.SERVER_CONTEXT);
        server.say(GREETING);
        assertThat(server.say(refusal + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(memory.recall("localhost", 587).clientHello()).isEqualTo(Answer.REFUSED);
    }

    private static Endpoint taking() {
        return Endpoint.of(
                ImapFixture.serverDialogue(TlsPolicy.REQUIRED),
                ImapFixture.server(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE));
    }

    private UpgradeSettings settings(TlsPolicy policy, DirectUpgrade direct) {
        return ImapFixture.client(policy).withDirect(direct).withMemory(memory);
    }
}
