package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BinaryProtocol;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.Records;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same machine and the same guards for protocols that are not made of lines. */
class BinaryUpgradeTest {

    private static final int REQUEST = BinaryProtocol.REQUEST.toOctets().length;
    private static final int GREETING = BinaryProtocol.GREETING.toOctets().length;

    @Property(tries = 60)
    void both_protocols_upgrade_however_the_octets_are_split(@ForAll long seed, @ForAll boolean asking) {
        MemoryLink link = MemoryLink.random(client(asking), server(asking), seed);
        link.client().send("to the server");
        link.server().send("to the client");
        link.run();
        link.client().requireNoFailure();
        link.server().requireNoFailure();
        assertThat(link.server().received()).isEqualTo("to the server");
        assertThat(link.client().received()).isEqualTo("to the client");
        assertThat(link.client().connection().state()).isEqualTo(State.SECURE);
        assertThat(Records.fault(link.client().sent(), REQUEST)).isEmpty();
        assertThat(Records.fault(link.server().sent(), asking ? 1 : GREETING)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_report_says_how_it_went(boolean asking) {
        MemoryLink link = MemoryLink.between(client(asking), server(asking)).run();
        UpgradeReport report = link.client().connection().report();
        assertThat(report.proposal()).isEqualTo(Proposal.ASKED);
        assertThat(report.tls()).isPresent();
    }

    /** CVE-2021-23222, of PostgreSQL: octets after the S, whether in its segment or later. */
    @ParameterizedTest
    @ValueSource(strings = {"S\0", "SS", "SR\0\0\0\u0008\0\0\0\0", "S\u0016\u0003\u0003\0\u0001"})
    void a_client_refuses_octets_after_the_go_ahead_at_every_split(String answer) {
        for (int split = 1; split <= answer.length(); split++) {
            Endpoint client = Endpoint.of(client(true)).run();
            assertThat(client.take()).isEqualTo(BinaryProtocol.REQUEST.toOctets());
            client.fragmented(Fragmentation.at(split)).arrive(answer).run();
            // A record that comes once the ClientHello has left is the engine's.
            if (answer.charAt(1) != 0x16 || split > 1) {
                assertThat(client.upgradeFailure().reason())
                        .as("split at %s", split)
                        .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            }
            assertThat(client.received()).isEmpty();
        }
    }

    @Test
    void a_refusal_ends_a_session_that_requires_tls_and_leaves_another_in_plaintext() {
        Endpoint required = Endpoint.of(client(true)).run().arrive("N").run();
        assertThat(required.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);

        Endpoint opportunistic = Endpoint.of(Connections.client(
                        BinaryProtocol.askingClient(), Connections.clientSettings(TlsPolicy.OPPORTUNISTIC)))
                .run();
        opportunistic.take();
        opportunistic.arrive("Nand octets").send("plain").run();
        opportunistic.requireNoFailure();
        assertThat(opportunistic.received()).isEqualTo("and octets");
        assertThat(opportunistic.takeText()).isEqualTo("plain");
    }

    @ParameterizedTest
    @MethodSource("injections")
    void a_server_refuses_octets_after_the_request_at_every_split(InjectionResponse response, byte[] after) {
        byte[] all = joined(BinaryProtocol.REQUEST.toOctets(), after);
        for (int split = 1; split <= all.length; split++) {
            Endpoint server = Endpoint.of(Connections.server(
                            BinaryProtocol.answeringServer(),
                            Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(response)))
                    .fragmented(Fragmentation.at(split))
                    .arrive(all)
                    .run();
            if (response == InjectionResponse.FAIL) {
                assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            }
            assertThat(server.received()).isEmpty();
            assertThat(server.connection().state()).isNotEqualTo(State.PLAINTEXT);
        }
    }

    static Stream<Arguments> injections() {
        return Stream.of(
                Arguments.of(InjectionResponse.FAIL, new byte[] {3, 'Q', 0}),
                Arguments.of(InjectionResponse.FAIL, new byte[] {0}),
                Arguments.of(InjectionResponse.DISCARD, new byte[] {3, 'Q', 0}));
    }

    /** Nothing of the dialogue leaves after it, and no ClientHello before it. */
    @Property(tries = 40)
    void a_client_without_a_go_ahead_begins_the_handshake_once_its_request_has_left(@ForAll long seed) {
        Endpoint client = Endpoint.of(client(false)).run();
        assertThat(client.take()).isEmpty();
        client.fragmented(Fragmentation.random(seed))
                .arrive(BinaryProtocol.GREETING.toOctets())
                .run();
        client.requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.HANDSHAKING);
        byte[] sent = client.take();
        assertThat(Arrays.copyOf(sent, REQUEST)).isEqualTo(BinaryProtocol.REQUEST.toOctets());
        assertThat(sent[REQUEST]).isEqualTo((byte) 22);
        assertThat(Records.fault(sent, REQUEST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"before the request has left", "after it"})
    void a_client_without_a_go_ahead_refuses_what_comes_before_its_hello_is_answered(String when) {
        byte[] more = "\5EVIL".getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = joined(BinaryProtocol.GREETING.toOctets(), more);
        if (when.equals("after it")) {
            Endpoint client = Endpoint.of(client(false))
                    .arrive(BinaryProtocol.GREETING.toOctets())
                    .run();
            client.take();
            client.arrive(more).run();
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            return;
        }
        for (int split = GREETING + 1; split <= all.length; split++) {
            Endpoint client = Endpoint.of(client(false))
                    .fragmented(Fragmentation.at(split))
                    .arrive(all)
                    .run();
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(client.upgradeFailure()).hasMessageContaining("command");
            assertThat(client.take()).isEmpty();
        }
    }

    @Test
    void a_server_that_offers_nothing_is_declined() {
        Endpoint client = Endpoint.of(client(false)).arrive("\2N").run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(client.take()).isEmpty();
    }

    /** The ClientHello may come in the request's segment. */
    @Test
    void a_server_without_a_go_ahead_takes_what_follows_for_the_handshake_at_every_split() {
        byte[] sent = hello();
        for (int split : splits(sent.length)) {
            Endpoint server = Endpoint.of(server(false))
                    .fragmented(Fragmentation.at(split))
                    .arrive(sent)
                    .run();
            server.requireNoFailure();
            byte[] answer = server.take();
            assertThat(Arrays.copyOf(answer, GREETING)).isEqualTo(BinaryProtocol.GREETING.toOctets());
            assertThat(answer.length).as("split at %s", split).isGreaterThan(GREETING);
            assertThat(Records.fault(answer, GREETING)).isEmpty();
        }
    }

    @Property(tries = 60)
    void a_server_without_a_go_ahead_takes_nothing_else(@ForAll byte[] after, @ForAll long seed) {
        if (after.length > 0 && after[0] == 22) {
            return;
        }
        Endpoint server = Endpoint.of(server(false))
                .fragmented(Fragmentation.random(seed))
                .arrive(joined(BinaryProtocol.REQUEST.toOctets(), after))
                .run();
        assertThat(server.received()).isEmpty();
        assertThat(server.connection().state()).isIn(State.HANDSHAKING, State.FAILED);
        assertThat(Records.fault(server.sent(), GREETING)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2})
    void a_length_that_is_less_than_its_own_head_is_a_violation(int said) {
        Endpoint client = lengthy(said);
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure()).hasMessageContaining("length");
    }

    @Test
    void a_length_of_more_than_a_phase_allows_fails_before_it_is_read() {
        Endpoint client = lengthy(Integer.MAX_VALUE);
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure()).hasMessageContaining("65536");
    }

    @Test
    void a_message_without_its_delimiter_is_bounded() {
        Endpoint client = Endpoint.of(client(Frame.upTo("</end>")))
                .arrive("x".repeat(70_000))
                .run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @Test
    void a_length_that_throws_ends_the_connection_and_no_other() {
        Endpoint client = Endpoint.of(client(Frame.sized(1, first -> {
                    throw new IllegalStateException("of the length");
                })))
                .arrive("x")
                .run();
        assertThat(client.failure()).get().isInstanceOf(IllegalStateException.class);
        assertThat(client.connection().state()).isEqualTo(State.FAILED);
    }

    private static Endpoint lengthy(int said) {
        return Endpoint.of(client(Frame.sized(3, first -> OptionalInt.of(said))))
                .arrive("abc")
                .run();
    }

    private static UpgradeConnection client(Frame awaited) {
        Dialogue dialogue = new Dialogue() {
            @Override
            public String protocol() {
                return "framed";
            }

            @Override
            public Role role() {
                return Role.CLIENT;
            }

            @Override
            public Step opened() {
                return Step.await(Phase.GREETING, awaited);
            }

            @Override
            public Step octets(byte[] octets) {
                return Step.ready();
            }

            @Override
            public Step secured() {
                return Step.ready();
            }
        };
        return Connections.client(dialogue, Connections.clientSettings(TlsPolicy.REQUIRED));
    }

    private static byte[] hello() {
        return Endpoint.of(client(false))
                .arrive(BinaryProtocol.GREETING.toOctets())
                .run()
                .take();
    }

    /** Each around the request's end, then some further ones. */
    private static List<Integer> splits(int length) {
        return IntStream.concat(
                        IntStream.range(1, REQUEST + 8), IntStream.iterate(40, at -> at < length, at -> at + 37))
                .boxed()
                .toList();
    }

    private static UpgradeConnection client(boolean asking) {
        return Connections.client(
                asking ? BinaryProtocol.askingClient() : BinaryProtocol.handingClient(),
                Connections.clientSettings(TlsPolicy.REQUIRED));
    }

    private static UpgradeConnection server(boolean asking) {
        return Connections.server(
                asking ? BinaryProtocol.answeringServer() : BinaryProtocol.takingServer(),
                Connections.serverSettings(TlsPolicy.REQUIRED));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
