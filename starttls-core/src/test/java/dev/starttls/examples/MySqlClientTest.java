package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Records;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** There is no go-ahead: the ClientHello follows the request at once. */
class MySqlClientTest {

    private static final int REQUEST = 4 + MySqlClient.FIXED;

    @Test
    void the_handshake_follows_the_request() {
        Endpoint client = client(TlsPolicy.REQUIRED)
                .fragmented(Fragmentation.OCTETS)
                .arrive(greeting(true))
                .run();
        client.requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.HANDSHAKING);
        byte[] sent = client.sent();
        // 32 octets, the number 1, and among the capabilities CLIENT_SSL.
        assertThat(Arrays.copyOf(sent, 6)).containsExactly(32, 0, 0, 1, 1, 0x8A);
        assertThat(sent[REQUEST]).as("a record of the handshake").isEqualTo((byte) 22);
        assertThat(Records.fault(sent, REQUEST)).isEmpty();
    }

    @Test
    void a_server_that_does_not_offer_tls_gets_nothing_from_a_client_that_needs_it() {
        Endpoint client = client(TlsPolicy.REQUIRED).arrive(greeting(false)).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void where_tls_is_not_required_the_client_logs_in_in_plaintext() {
        Endpoint client =
                client(TlsPolicy.OPPORTUNISTIC).arrive(greeting(false)).run();
        client.requireNoFailure();
        assertThat(client.sentText()).contains("mary\0\0\0");
        assertThat(client.sent()[3]).as("the number of the packet").isEqualTo((byte) 1);
    }

    /** "Too many connections". */
    @Test
    void an_error_in_place_of_the_greeting_turns_the_client_away() {
        Endpoint client = client(TlsPolicy.REQUIRED)
                .arrive(MySqlServer.error(0, 1040, "08004", "Too many connections")
                        .toOctets())
                .run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\0\0\0\0", "\1\0\0\0\12", "\3\0\0\0\12ab", "\4\0\0\0\12a\0b", "\20\0\0\0\12a\0bcdefghijklmn"})
    void a_greeting_that_is_cut_is_a_violation(String greeting) {
        Endpoint client = client(TlsPolicy.REQUIRED).arrive(greeting).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    /** An OK to a log-in that was never sent. */
    @Test
    void octets_after_the_greeting_fail_it_at_every_split_of_them() {
        String octets = ClientExampleContract.text(greeting(true)) + "\7\0\0\2\0\0\0\2\0\0\0";
        for (int split = 1; split < octets.length(); split++) {
            Endpoint client = client(TlsPolicy.OPPORTUNISTIC)
                    .arrive(octets.substring(0, split))
                    .run()
                    .arrive(octets.substring(split))
                    .run();
            assertThat(client.upgradeFailure().reason())
                    .as("split at %s", split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(client.received()).isEmpty();
        }
    }

    private static byte[] greeting(boolean tls) {
        MySqlServer server = new MySqlServer(
                tls ? TlsPolicy.REQUIRED : TlsPolicy.DISABLED,
                "abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII));
        return ((Step.Await) server.opened()).output().toOctets();
    }

    private static Endpoint client(TlsPolicy policy) {
        return Endpoint.of(ExampleConnections.client(policy, new MySqlClient("mary")))
                .run();
    }
}
