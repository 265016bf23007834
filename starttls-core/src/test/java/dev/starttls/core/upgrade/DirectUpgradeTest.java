package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The upgrade command without an offer that was read; its ClientHello is the matter of {@link HelloAlongTest}. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DirectUpgradeTest {

    static final Peer SERVER = new Peer("localhost", 40_000);
    static final HostFacts UPGRADED = HostFacts.NONE.withUpgraded();
    /** Takes the command unasked, and no ClientHello with it. */
    private static final HostFacts DIRECT = UPGRADED.withCommand(Answer.TAKEN).withClientHello(Answer.REFUSED);

    private final HostMemory memory = HostMemory.inMemory(10);
    private final Connections.Events events = new Connections.Events();

    /** What a test remembers of the server of all of them. */
    static void remember(HostMemory memory, HostFacts facts) {
        memory.update(SERVER.host(), SERVER.port(), known -> facts);
    }

    static HostFacts facts(HostMemory memory) {
        return memory.recall(SERVER.host(), SERVER.port());
    }

    /** What a client has said before the first record. */
    static String clear(byte[] sent) {
        String all = new String(sent, StandardCharsets.ISO_8859_1);
        int record = all.indexOf("\26\3");
        return record < 0 ? all : all.substring(0, record);
    }

    @Test
    void unless_it_is_set_the_client_asks_and_nothing_is_remembered_or_looked_up() {
        MemoryLink link = link(settings(DirectUpgrade.NEVER).withMemory(new Broken()), Offer.OFFERED);
        assertThat(clear(link.client().sent())).isEqualTo("CAPS\r\nUPGRADE\r\n");
        assertThat(report(link).proposal()).isEqualTo(Proposal.ASKED);
        assertThat(report(link).roundTrips()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT", "DISABLED"})
    void where_nothing_is_upgraded_it_has_no_effect(TlsPolicy policy) {
        for (DirectUpgrade direct : DirectUpgrade.values()) {
            UpgradeSettings client =
                    Connections.clientSettings(policy).withDirect(direct).withMemory(new Broken());
            UpgradeSettings server =
                    Connections.serverSettings(policy).withDirect(direct).withMemory(new Broken());
            MemoryLink link = MemoryLink.between(Connections.client(client), Connections.server(server))
                    .run();
            link.client().requireNoFailure();
            link.server().requireNoFailure();
            assertThat(report(link).proposal()).isEqualTo(Proposal.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC"})
    void the_command_leaves_right_after_the_greeting_and_saves_a_round_trip(TlsPolicy policy) {
        MemoryLink link = link(settings(policy, DirectUpgrade.ALWAYS), Offer.OFFERED);
        assertThat(clear(link.client().sent())).isEqualTo("UPGRADE\r\n");
        assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(report(link).roundTrips()).isEqualTo(4);
        assertThat(report(link).proposal()).isEqualTo(Proposal.UNASKED);
        assertThat(report(link).phases().stream().map(PhaseTime::phase))
                .containsExactly(Phase.GREETING, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
        assertThat(report(link).offeredBefore()).isEmpty();
        assertThat(report(link).offeredInside()).containsExactly("LOGIN");
        assertThat(report(link).toString()).contains("proposal=UNASKED");
        assertThat(events.heard()).containsExactly("proposed", "upgraded TLSv1.3");
        assertThat(facts(memory))
                .as("for clients that use what is remembered")
                .isEqualTo(UPGRADED.withCommand(Answer.TAKEN));
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC"})
    void a_refusal_falls_back_to_asking_on_the_same_connection_once(TlsPolicy policy) {
        remember(memory, UPGRADED);
        UpgradeSettings settings = settings(policy, DirectUpgrade.REMEMBERED);
        MemoryLink link = link(settings, Offer.ASKED_FOR);
        assertThat(clear(link.client().sent())).isEqualTo("UPGRADE\r\nCAPS\r\nUPGRADE\r\n");
        assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(report(link).roundTrips()).as("of five").isEqualTo(6);
        assertThat(report(link).proposal()).isEqualTo(Proposal.ASKED);
        assertThat(report(link).phases().stream().map(PhaseTime::phase))
                .containsExactly(
                        Phase.GREETING,
                        Phase.COMMAND,
                        Phase.CAPABILITY,
                        Phase.COMMAND,
                        Phase.HANDSHAKE,
                        Phase.RECAPABILITY);
        assertThat(events.heard()).containsExactly("proposed", "proposed", "upgraded TLSv1.3");
        assertThat(facts(memory)).isEqualTo(UPGRADED.withCommand(Answer.REFUSED));

        MemoryLink next =
                link(settings.withTls(Connections.clientSettings(policy).tls()), Offer.ASKED_FOR);
        assertThat(clear(next.client().sent())).as("tried no more").startsWith("CAPS\r\nUPGRADE\r\n");
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_OFFERED", "REFUSED"})
    void under_required_the_session_is_blocked_if_asking_helps_no_further(Offer offer) {
        MemoryLink link = link(settings(DirectUpgrade.ALWAYS), offer);
        FailureReason reason = FailureReason.valueOf(offer.name());
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(reason);
        assertThat(events.heard()).endsWith("failed " + reason, "blocked " + reason);
        assertThat(clear(link.client().sent()))
                .isEqualTo(offer == Offer.REFUSED ? "UPGRADE\r\nCAPS\r\nUPGRADE\r\n" : "UPGRADE\r\nCAPS\r\n");
        assertThat(facts(memory).command())
                .as("one that refuses in any case does not refuse for want of asking")
                .isEqualTo(offer == Offer.REFUSED ? Answer.UNKNOWN : Answer.REFUSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_OFFERED", "REFUSED"})
    void an_opportunistic_client_asks_after_a_refusal_and_then_goes_on_in_plaintext(Offer offer) {
        MemoryLink link = link(settings(TlsPolicy.OPPORTUNISTIC, DirectUpgrade.ALWAYS), offer);
        assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(report(link).encrypted()).isFalse();
        assertThat(report(link).offeredBefore()).contains("PLAIN");
        assertThat(report(link).proposal())
                .as("the last command that was sent")
                .isEqualTo(offer == Offer.REFUSED ? Proposal.ASKED : Proposal.UNASKED);
        assertThat(events.heard()).endsWith("declined " + offer).doesNotContain("failed " + offer);
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_OFFERED", "PREAUTHENTICATED"})
    void where_no_command_was_sent_there_is_no_proposal_to_be_reported(Offer offer) {
        MemoryLink link = link(settings(TlsPolicy.OPPORTUNISTIC, DirectUpgrade.NEVER), offer);
        assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(report(link).proposal()).isEqualTo(Proposal.NONE);
        assertThat(link.server().connection().report().proposal()).isEqualTo(Proposal.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"ALWAYS", "REMEMBERED"})
    void a_command_that_may_lead_to_a_second_connection_leaves_half_of_the_time_for_it(DirectUpgrade direct) {
        remember(memory, DIRECT);
        UpgradeSettings settings = settings(direct);
        UpgradeConnection connection = new UpgradeConnection(new LineProtocolClient(), settings, SERVER);
        long phase = settings.limits().timePerPhase().toNanos();
        Endpoint client = Endpoint.of(connection).run();
        assertThat(connection.deadline()).contains(phase);
        client.at(10).arrive("HELLO there\r\n").run();
        assertThat(connection.report().proposal()).isEqualTo(Proposal.UNASKED);
        assertThat(connection.deadline()).contains(10 + (direct == DirectUpgrade.ALWAYS ? phase : phase / 2));
        client.at(20).arrive("NO upgrade\r\n").run();
        assertThat(connection.deadline()).as("on this connection").contains(20 + phase);
    }

    @Test
    void a_command_that_was_asked_for_leaves_it_only_with_a_client_hello() {
        UpgradeSettings settings = settings(DirectUpgrade.REMEMBERED);
        long phase = settings.limits().timePerPhase().toNanos();
        for (HostFacts known :
                List.of(HostFacts.NONE, UPGRADED.withCommand(Answer.REFUSED).withClientHello(Answer.TAKEN))) {
            remember(memory, known);
            UpgradeConnection connection = new UpgradeConnection(new LineProtocolClient(), settings, SERVER);
            Endpoint client = Endpoint.of(connection).arrive("HELLO there\r\n").run();
            client.at(10).arrive("CAP UPGRADE\r\nEND\r\n").run();
            boolean hello = known.clientHello() == Answer.TAKEN;
            assertThat(connection.report().proposal()).isEqualTo(hello ? Proposal.ASKED_WITH_HELLO : Proposal.ASKED);
            assertThat(connection.deadline()).contains(10 + (hello ? phase / 2 : phase));
        }
    }

    @Test
    void what_a_server_answers_by_going_is_said_and_not_tried_again() {
        remember(memory, DIRECT);
        requireNotTaken("Expected the server to accept the upgrade command before it was asked for its capabilities");
        assertThat(facts(memory)).isEqualTo(DIRECT.withCommand(Answer.REFUSED));

        HostFacts taking = UPGRADED.withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);
        remember(memory, taking);
        requireNotTaken(
                "Expected the server to accept the ClientHello that was sent together with the upgrade command");
        assertThat(facts(memory)).isEqualTo(taking.withClientHello(Answer.REFUSED));
    }

    private void requireNotTaken(String message) {
        UpgradeException why = Endpoint.of(
                        new UpgradeConnection(new LineProtocolClient(), settings(DirectUpgrade.REMEMBERED), SERVER))
                .arrive("HELLO there\r\n")
                .run()
                .arriveEnd()
                .run()
                .upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(why.phase()).isEqualTo(Phase.COMMAND);
        assertThat(why).hasMessageContaining(message).hasMessageContaining(", but the connection was closed");
    }

    @Test
    void a_command_that_has_not_left_is_no_proposal() throws Exception {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        UpgradeConnection waiting = Connections.client(settings(DirectUpgrade.ALWAYS));
        waiting.begin(0);
        waiting.receive(ByteBuffer.wrap("HELLO there\r\n".getBytes(StandardCharsets.US_ASCII)), nothing);
        ByteBuffer network = ByteBuffer.allocate(4);
        waiting.transmit(nothing, network);
        assertThat(waiting.report().proposal()).isEqualTo(Proposal.NONE);
        while (waiting.want() == Want.WRITE) {
            waiting.transmit(nothing, network.clear());
        }
        assertThat(waiting.report().proposal()).isEqualTo(Proposal.UNASKED);

        UpgradeConnection faulty =
                Connections.client(settings(DirectUpgrade.ALWAYS).withListener(new UpgradeListener() {
                    @Override
                    public void proposed() {
                        throw new IllegalStateException("no log");
                    }
                }));
        faulty.begin(0);
        assertThatThrownBy(() ->
                        faulty.receive(ByteBuffer.wrap("HELLO there\r\n".getBytes(StandardCharsets.US_ASCII)), nothing))
                .hasMessage("no log");
        assertThat(faulty.report().proposal()).isEqualTo(Proposal.NONE);
    }

    @Test
    void a_host_that_was_never_upgraded_is_asked_and_each_later_connection_tries_one_thing_more() {
        UpgradeSettings settings = settings(DirectUpgrade.REMEMBERED);
        HostFacts[] learnt = {
            UPGRADED,
            UPGRADED.withCommand(Answer.TAKEN),
            UPGRADED.withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN),
            UPGRADED.withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN)
        };
        Proposal[] proposals = {
            Proposal.ASKED, Proposal.UNASKED, Proposal.UNASKED_WITH_HELLO, Proposal.UNASKED_WITH_HELLO
        };
        int[] roundTrips = {5, 4, 3, 3};
        for (int i = 0; i < learnt.length; i++) {
            MemoryLink link = link(settings, Offer.OFFERED);
            assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
            assertThat(report(link).proposal()).isEqualTo(proposals[i]);
            assertThat(report(link).roundTrips()).as("connection " + i).isEqualTo(roundTrips[i]);
            assertThat(facts(memory)).isEqualTo(learnt[i]);
        }
    }

    @Test
    void a_host_that_offers_nothing_is_never_tried() {
        UpgradeSettings settings = settings(TlsPolicy.OPPORTUNISTIC, DirectUpgrade.REMEMBERED);
        for (int i = 0; i < 3; i++) {
            MemoryLink link = link(settings, Offer.NOT_OFFERED);
            assertThat(clear(link.client().sent())).isEqualTo("CAPS\r\n");
            assertThat(facts(memory)).isEqualTo(HostFacts.NONE);
        }
    }

    @Test
    void what_is_remembered_of_a_host_is_no_longer_believed_once_it_is_wrong() {
        remember(memory, DIRECT);
        MemoryLink link = link(settings(DirectUpgrade.REMEMBERED), Offer.ASKED_FOR);
        assertThat(link.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(facts(memory).command()).isEqualTo(Answer.REFUSED);
    }

    @Test
    void a_host_is_the_same_in_any_case_and_spelling_and_not_on_another_port() {
        remember(memory, DIRECT);
        assertThat(first(new Peer("LOCALHOST", SERVER.port()))).isEqualTo("UPGRADE\r\n");
        assertThat(first(new Peer("localhost", SERVER.port() + 1))).isEqualTo("CAPS\r\n");
        memory.update("xn--mnchen-3ya.example", 25, known -> DIRECT);
        assertThat(first(new Peer("m\u00fcnchen.example", 25))).isEqualTo("UPGRADE\r\n");
    }

    private String first(Peer peer) {
        UpgradeConnection client =
                new UpgradeConnection(new LineProtocolClient(), settings(DirectUpgrade.REMEMBERED), peer);
        return Endpoint.of(client).arrive("HELLO there\r\n").run().takeText();
    }

    @Test
    void a_dialogue_that_does_not_implement_it_asks() {
        remember(memory, UPGRADED.withCommand(Answer.TAKEN));
        UpgradeConnection client = new UpgradeConnection(new TinyClient(), settings(DirectUpgrade.REMEMBERED), SERVER);
        Endpoint.of(client).run().requireNoFailure();
        assertThat(client.state()).isEqualTo(State.PLAINTEXT);
    }

    @ParameterizedTest
    @CsvSource({"REMEMBERED, recall", "ALWAYS, update"})
    void what_a_memory_throws_ends_the_connection_typed(DirectUpgrade direct, String call) {
        MemoryLink link = link(settings(direct).withMemory(new Broken()), Offer.OFFERED);
        assertThat(link.client().failure().orElseThrow()).hasMessage("broken " + call);
        UpgradeException why = link.client().connection().failure().orElseThrow();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasRootCauseMessage("broken " + call);
    }

    @Test
    void a_missing_setting_or_memory_is_refused() {
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED);
        assertThat(settings.direct()).isEqualTo(DirectUpgrade.NEVER);
        assertThat(settings.memory()).isSameAs(HostMemory.ofProcess());
        assertThatThrownBy(() -> settings.withDirect(null)).hasMessageContaining("DirectUpgrade.NEVER");
        assertThatThrownBy(() -> settings.withMemory(null)).hasMessageContaining("HostMemory.ofProcess()");
    }

    private UpgradeSettings settings(DirectUpgrade direct) {
        return settings(TlsPolicy.REQUIRED, direct);
    }

    private UpgradeSettings settings(TlsPolicy policy, DirectUpgrade direct) {
        return Connections.clientSettings(policy)
                .withDirect(direct)
                .withMemory(memory)
                .withListener(events);
    }

    private static MemoryLink link(UpgradeSettings settings, Offer offer) {
        UpgradeConnection client = new UpgradeConnection(new LineProtocolClient(), settings, SERVER);
        UpgradeSettings serving =
                Connections.serverSettings(TlsPolicy.OPPORTUNISTIC).withInjection(InjectionResponse.HANDSHAKE);
        return MemoryLink.between(client, Connections.server(new LineProtocolServer(offer), serving))
                .run();
    }

    private static UpgradeReport report(MemoryLink link) {
        return link.client().connection().report();
    }

    /** Throws whatever is asked of it. */
    private static final class Broken implements HostMemory {

        @Override
        public HostFacts recall(String host, int port) {
            throw new IllegalArgumentException("broken recall");
        }

        @Override
        public void update(String host, int port, UnaryOperator<HostFacts> change) {
            throw new IllegalArgumentException("broken update");
        }
    }
}
