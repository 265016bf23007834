package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.Records;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ClientHello in the segment of the upgrade command: taken, refused, awaited in vain, and what is injected meanwhile. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class HelloAlongTest {

    private static final String GREETING = "HELLO there\r\n";
    private static final String COMMAND = "UPGRADE\r\n";
    private static final String SECRET = "my secret words\r\n";
    private static final HostFacts TAKING =
            HostFacts.NONE.withUpgraded().withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);
    private static final long SECOND = 1_000_000_000;

    private final HostMemory memory = HostMemory.inMemory(10);
    private final Connections.Events events = new Connections.Events();

    HelloAlongTest() {
        DirectUpgradeTest.remember(memory, TAKING);
    }

    @Test
    void it_leaves_with_the_command_and_nothing_follows_before_the_go_ahead() throws Exception {
        UpgradeConnection client = client();
        client.begin(0);
        client.receive(Connections.octets(GREETING), Connections.NOTHING);
        ByteBuffer out = ByteBuffer.allocate(20_000);
        client.transmit(Connections.octets(SECRET), out);
        byte[] segment = Arrays.copyOf(out.array(), out.position());
        assertThat(DirectUpgradeTest.clear(segment)).isEqualTo(COMMAND);
        assertThat(Records.fault(segment, COMMAND.length())).isEmpty();
        assertThat(segment.length).isGreaterThan(COMMAND.length() + 100);
        assertThat(client.state()).isEqualTo(State.PROPOSED_WITH_HELLO);
        assertThat(client.want()).isEqualTo(Want.READ);
        client.transmit(Connections.octets(SECRET), out.clear());
        assertThat(out.position()).isZero();
        assertThat(client.report().proposal()).isEqualTo(Proposal.UNASKED_WITH_HELLO);
    }

    @Test
    void it_leaves_with_a_command_that_was_asked_for_too() {
        DirectUpgradeTest.remember(memory, TAKING.withCommand(Answer.REFUSED));
        Endpoint client = Endpoint.of(client()).arrive(GREETING).run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\n");
        client.arrive("CAP UPGRADE\r\nEND\r\n").run();
        assertThat(client.takeText()).startsWith("UPGRADE\r\n\26\3");
        assertThat(client.connection().report().proposal()).isEqualTo(Proposal.ASKED_WITH_HELLO);
    }

    @ParameterizedTest
    @CsvSource({"UNKNOWN, false", "TAKEN, true", "REFUSED, false", "SILENT, false"})
    void where_the_protocol_lets_it_wait_it_is_never_tried_but_sent_to_hosts_that_take_it(Answer known, boolean along) {
        DirectUpgradeTest.remember(memory, TAKING.withClientHello(known));
        UpgradeConnection client =
                new UpgradeConnection(new LineProtocolClient().patient(), settings(), DirectUpgradeTest.SERVER);
        Endpoint side = Endpoint.of(client).arrive(GREETING).run();
        assertThat(side.takeText().length() > COMMAND.length()).isEqualTo(along);
    }

    @Test
    void it_is_not_tried_together_with_the_command() {
        DirectUpgradeTest.remember(memory, HostFacts.NONE.withUpgraded());
        assertThat(Endpoint.of(client()).arrive(GREETING).run().takeText()).isEqualTo(COMMAND);
    }

    @Test
    void it_takes_three_round_trips() {
        MemoryLink link = MemoryLink.between(client(), server(InjectionResponse.HANDSHAKE))
                .run();
        link.server().requireNoFailure();
        assertThat(link.client().requireNoFailure().connection().report().roundTrips())
                .isEqualTo(3);
    }

    // --- injection ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CAP LOGIN\r\n",
                "END\r\n",
                "NO\r\n",
                "GO\r\n",
                "\r\n",
                " ",
                "\0",
                "\u0080\200\1\3",
                "CAP LOGIN\r\nEND\r\nCAP",
                "\30\3\3\0\1x",
                "\26CAP LOGIN\r\n",
                "\25\r\n"
            })
    void plaintext_after_the_go_ahead_fails_the_client_wherever_it_is_split(String injected) {
        String all = "GO\r\n" + injected;
        for (int cut = 1; cut <= all.length(); cut++) {
            DirectUpgradeTest.remember(memory, TAKING);
            Endpoint client = proposed().send(SECRET);
            client.arrive(all.substring(0, cut)).run();
            client.arrive(all.substring(cut)).run();
            assertThat(client.upgradeFailure().reason())
                    .as("cut at %s", cut)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
            assertThat(client.received()).isEmpty();
            silent(client);
            if (!FirstOctet.ofTlsOnly((byte) injected.charAt(0))) {
                assertThat(DirectUpgradeTest.facts(memory).clientHello()).isEqualTo(Answer.REFUSED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAP LOGIN\r\n", "END\r\n", "x", "\r\n"})
    void plaintext_between_the_go_ahead_and_the_servers_records_fails_the_client_wherever_it_is_split(String injected)
            throws Exception {
        for (int cut = 0; cut <= injected.length(); cut++) {
            DirectUpgradeTest.remember(memory, TAKING);
            Endpoint client = proposed().send(SECRET);
            byte[] records = answer(client.take());
            client.arrive("GO\r\n" + injected.substring(0, cut)).run();
            client.arrive(join(injected.substring(cut), records)).run();
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            silent(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAP LOGIN\r\n", "END\r\n", "x"})
    void plaintext_after_or_within_the_servers_records_is_never_heard(String injected) throws Exception {
        for (int at = 1; at < 400; at += 23) {
            LineProtocolClient listening = new LineProtocolClient();
            Endpoint client = Endpoint.of(new UpgradeConnection(listening, settings(), DirectUpgradeTest.SERVER))
                    .arrive(GREETING)
                    .run()
                    .send(SECRET);
            byte[] records = answer(client.take());
            byte[] head = Arrays.copyOf(records, at);
            client.arrive(join("GO\r\n", head))
                    .arrive(join(injected, Arrays.copyOfRange(records, at, records.length)))
                    .run();
            assertThat(client.failure().isPresent() || !client.connection().ready())
                    .isTrue();
            assertThat(listening.heardInside()).isEmpty();
            assertThat(client.received()).isEmpty();
            silent(client);
        }
    }

    @Test
    void the_servers_records_are_taken_from_the_segment_of_the_go_ahead_and_only_after_it() throws Exception {
        Endpoint client = proposed();
        byte[] records = answer(client.take());
        client.arrive(join("GO\r\n", records)).run().requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);

        Endpoint hasty = proposed();
        hasty.arrive(answer(hasty.take())).run().at(61 * SECOND).run();
        assertThat(hasty.connection().report().encrypted()).isFalse();
        assertThat(hasty.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
        silent(hasty);
    }

    @Test
    void what_comes_before_the_client_hello_has_left_whole_is_an_injection() throws Exception {
        byte[] whole = proposed().take();
        for (int left = COMMAND.length(); left < whole.length; left++) {
            for (String following : List.of("\26\3\3\0\1", "CAP x\r\n")) {
                UpgradeConnection client = client();
                client.begin(0);
                client.receive(Connections.octets(GREETING), Connections.NOTHING);
                client.transmit(Connections.NOTHING, ByteBuffer.allocate(left));
                Optional<UpgradeException> thrown = thrown(client, "GO\r\n" + following);
                assertThat(thrown.orElseThrow().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
                ByteBuffer rest = ByteBuffer.allocate(20_000);
                client.transmit(Connections.NOTHING, rest);
                assertThat(rest.position()).as("after %s octets", left).isZero();
            }
        }
    }

    @Test
    void a_go_ahead_that_comes_while_the_client_hello_leaves_is_taken() throws Exception {
        // A context of which no session can be resumed: the hellos are of one length, but for what is random.
        UpgradeSettings settings = settings()
                .withTls(TlsSettings.builder()
                        .context(Connections.CERTIFICATES.client())
                        .build());
        byte[] whole = Endpoint.of(client(settings)).arrive(GREETING).run().take();
        for (int left = COMMAND.length(); left < whole.length; left += 11) {
            UpgradeConnection client = client(settings);
            client.begin(0);
            client.receive(Connections.octets(GREETING), Connections.NOTHING);
            client.transmit(Connections.NOTHING, ByteBuffer.allocate(left));
            assertThat(thrown(client, "GO\r\n")).isEmpty();
            assertThat(client.state()).isEqualTo(State.HANDSHAKING);
            ByteBuffer rest = ByteBuffer.allocate(20_000);
            client.transmit(Connections.NOTHING, rest);
            assertThat(left + rest.position()).isBetween(whole.length - 300, whole.length + 300);
        }
    }

    @Test
    void a_go_ahead_before_the_command_has_left_is_not_taken() {
        for (int left = 0; left < COMMAND.length(); left++) {
            int size = left;
            assertThat(beforeTheCommandHasLeft(size).reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        }
    }

    private UpgradeException beforeTheCommandHasLeft(int size) {
        try {
            UpgradeConnection client = client();
            client.begin(0);
            client.receive(Connections.octets(GREETING), Connections.NOTHING);
            client.transmit(Connections.NOTHING, ByteBuffer.allocate(size));
            return thrown(client, "GO\r\n").orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // --- not taken ---

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC"})
    void a_refusal_ends_the_connection_under_every_policy(TlsPolicy policy) {
        Endpoint client = Endpoint.of(client(settings().withPolicy(policy)))
                .arrive(GREETING)
                .run()
                .send(SECRET);
        int sent = client.sent().length;
        client.arrive("NO way\r\nCAP UPGRADE\r\nEND\r\n").run();
        UpgradeException why = notTaken(client, Phase.COMMAND, Answer.REFUSED);
        assertThat(why.reply()).contains("NO way");
        assertThat(why).hasMessageContaining("refused the command").hasMessageContaining("Connect again");
        assertThat(client.sent()).hasSize(sent);
        assertThat(events.heard()).contains("failed DIRECT_NOT_TAKEN").doesNotContain("declined REFUSED");
        assertThat(events.heard().contains("blocked DIRECT_NOT_TAKEN")).isEqualTo(policy == TlsPolicy.REQUIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GO\r\n"})
    void an_end_before_the_first_record_ends_it(String said) {
        Endpoint client = proposed().send(SECRET).arrive(said).arriveEnd().run();
        UpgradeException why = notTaken(client, said.isEmpty() ? Phase.COMMAND : Phase.HANDSHAKE, Answer.REFUSED);
        assertThat(why).hasCauseInstanceOf(UpgradeException.class);
        assertThat(((UpgradeException) why.getCause()).reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        silent(client);
    }

    @Test
    void a_reset_ends_it_too() {
        Endpoint client = proposed();
        Optional<UpgradeException> why = Optional.empty();
        try {
            client.connection().transportFailed(new IOException("Connection reset"));
        } catch (UpgradeException e) {
            why = Optional.of(e);
        }
        assertThat(why.orElseThrow().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(DirectUpgradeTest.facts(memory).clientHello()).isEqualTo(Answer.REFUSED);
    }

    @Test
    void a_server_that_is_silent_after_its_go_ahead_is_given_a_second() {
        Endpoint client = proposed().arrive("GO\r\n").run();
        client.at(SECOND - 1).run().requireNoFailure();
        client.at(SECOND).run();
        UpgradeException why = notTaken(client, Phase.HANDSHAKE, Answer.SILENT);
        assertThat(why).hasMessageContaining("silent");
        silent(client);
    }

    @Test
    void or_four_times_as_long_as_its_go_ahead_took() {
        Endpoint client = proposed().at(2 * SECOND).arrive("GO\r\n").run();
        client.at(10 * SECOND - 1).run().requireNoFailure();
        client.at(10 * SECOND).run();
        notTaken(client, Phase.HANDSHAKE, Answer.SILENT);
    }

    @Test
    void and_never_more_than_half_of_the_time_of_a_phase() {
        UpgradeSettings settings =
                settings().withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(500)));
        Endpoint client = Endpoint.of(client(settings))
                .arrive(GREETING)
                .run()
                .arrive("GO\r\n")
                .run();
        client.at(SECOND / 4 - 1).run().requireNoFailure();
        client.at(SECOND / 4).run();
        notTaken(client, Phase.HANDSHAKE, Answer.SILENT);
    }

    @Test
    void once_the_first_record_begins_it_has_the_whole_time_of_a_phase() throws Exception {
        Endpoint client = proposed();
        byte[] records = answer(client.take());
        client.arrive(join("GO\r\n", Arrays.copyOf(records, 1))).run();
        client.at(60 * SECOND - 1).run().requireNoFailure();
        client.at(60 * SECOND).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(DirectUpgradeTest.facts(memory))
                .as("it was no matter of that")
                .isEqualTo(TAKING);
    }

    @Test
    void a_server_that_says_nothing_to_the_command_has_half_of_the_time_of_a_phase() {
        Endpoint client = proposed();
        client.at(30 * SECOND - 1).run().requireNoFailure();
        client.at(30 * SECOND).run();
        notTaken(client, Phase.COMMAND, Answer.SILENT);
    }

    @ParameterizedTest
    @CsvSource({"FAIL, REFUSED", "DISCARD, SILENT"})
    void servers_of_this_library_that_do_not_take_it_refuse_or_are_silent(InjectionResponse response, Answer learnt) {
        MemoryLink link = MemoryLink.between(client(), server(response)).run();
        link.client().at(SECOND).run();
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(DirectUpgradeTest.facts(memory)).isEqualTo(TAKING.withClientHello(learnt));

        MemoryLink next = MemoryLink.between(client(), server(response)).run();
        assertThat(next.client().requireNoFailure().connection().ready()).isTrue();
        assertThat(next.client().connection().report().proposal()).isEqualTo(Proposal.UNASKED);
    }

    @Test
    void an_alert_is_an_answer_of_tls_and_no_reason_to_connect_again() {
        Endpoint client = proposed().arrive("GO\r\n\25\3\3\0\2\2\50").run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(DirectUpgradeTest.facts(memory)).isEqualTo(TAKING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WHAT\r\n", "GO", "\0\r\n"})
    void what_breaks_the_protocol_is_reported_as_that_and_it_is_not_tried_again(String said) {
        Endpoint client = proposed().arrive(said).run().at(60 * SECOND).run();
        assertThat(client.upgradeFailure().reason())
                .isIn(FailureReason.PROTOCOL_VIOLATION, FailureReason.DIRECT_NOT_TAKEN);
        assertThat(DirectUpgradeTest.facts(memory).clientHello()).isNotEqualTo(Answer.TAKEN);
        silent(client);
    }

    @Test
    void what_a_memory_throws_of_a_failure_does_not_hide_it() {
        HostMemory broken = new HostMemory() {
            @Override
            public HostFacts recall(String host, int port) {
                return TAKING;
            }

            @Override
            public void update(String host, int port, UnaryOperator<HostFacts> change) {
                throw new IllegalArgumentException("disk full");
            }
        };
        Endpoint client = Endpoint.of(client(settings().withMemory(broken)))
                .arrive(GREETING)
                .run();
        client.arrive("NO\r\n").run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(client.upgradeFailure().getSuppressed())
                .singleElement()
                .hasToString("java.lang.IllegalArgumentException: disk full");
    }

    // --- how it is made ---

    @Test
    void one_that_another_thread_makes_is_awaited_before_the_command_leaves() throws Exception {
        UpgradeConnection client = client();
        Runnable making = client.preparation().orElseThrow();
        Endpoint side = Endpoint.of(client);
        client.receive(Connections.octets(GREETING), Connections.NOTHING);
        assertThat(client.want()).as("no thread has made it").isEqualTo(Want.TASK);
        making.run();
        assertThat(client.want()).isEqualTo(Want.WRITE);
        assertThat(side.run().takeText()).startsWith("UPGRADE\r\n\26\3");
    }

    @Test
    void one_that_no_thread_comes_to_make_is_made_by_the_connection() {
        UpgradeConnection client = client();
        assertThat(client.preparation()).isPresent();
        assertThat(Endpoint.of(client).arrive(GREETING).run().requireNoFailure().takeText())
                .startsWith("UPGRADE\r\n\26\3");
    }

    @ParameterizedTest
    @EnumSource
    void one_that_cannot_be_made_fails_before_the_command_leaves(Preparation preparation) {
        TlsSettings none = TlsSettings.builder()
                .context(Connections.TRUSTING)
                .versions("TLSv1.2")
                .suites("TLS_AES_128_GCM_SHA256")
                .build();
        Endpoint client = Endpoint.of(client(settings().withTls(none).withPreparation(preparation)))
                .arrive(GREETING)
                .run();
        assertThat(client.failure()).isPresent();
        assertThat(client.sent()).isEmpty();
    }

    private Endpoint proposed() {
        Endpoint client = Endpoint.of(client()).arrive(GREETING).run();
        client.requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.PROPOSED_WITH_HELLO);
        return client;
    }

    private UpgradeException notTaken(Endpoint client, Phase phase, Answer learnt) {
        UpgradeException why = client.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(why.phase()).isEqualTo(phase);
        assertThat(client.connection().failure()).contains(why);
        assertThat(DirectUpgradeTest.facts(memory)).isEqualTo(TAKING.withClientHello(learnt));
        return why;
    }

    /** Invariant 2: besides the command, all that has left are records, and none of them has the application's words. */
    private static void silent(Endpoint client) {
        byte[] sent = client.sent();
        assertThat(DirectUpgradeTest.clear(sent)).isEqualTo(COMMAND);
        assertThat(Records.fault(sent, COMMAND.length())).isEmpty();
        assertThat(new String(sent, StandardCharsets.ISO_8859_1)).doesNotContain(SECRET);
        assertThat(client.connection().ready()).isFalse();
    }

    private static UpgradeConnection server(InjectionResponse response) {
        return Connections.server(
                new LineProtocolServer(),
                Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(response));
    }

    private UpgradeConnection client() {
        return client(settings());
    }

    private UpgradeConnection client(UpgradeSettings settings) {
        return new UpgradeConnection(new LineProtocolClient(), settings, DirectUpgradeTest.SERVER);
    }

    private UpgradeSettings settings() {
        return Connections.clientSettings(TlsPolicy.REQUIRED)
                .withDirect(DirectUpgrade.REMEMBERED)
                .withMemory(memory)
                .withListener(events);
    }

    /** What a server's TLS answers to the ClientHello after the command. */
    private static byte[] answer(byte[] commandAndHello) throws Exception {
        return BareTls.server(Connections.SERVING)
                .feed(Arrays.copyOfRange(commandAndHello, COMMAND.length(), commandAndHello.length))
                .take();
    }

    private static byte[] join(String words, byte[] octets) {
        byte[] first = words.getBytes(StandardCharsets.ISO_8859_1);
        byte[] both = Arrays.copyOf(first, first.length + octets.length);
        System.arraycopy(octets, 0, both, first.length, octets.length);
        return both;
    }

    private static Optional<UpgradeException> thrown(UpgradeConnection client, String said) {
        try {
            client.receive(Connections.octets(said), Connections.NOTHING);
            return Optional.empty();
        } catch (UpgradeException e) {
            return Optional.of(e);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
