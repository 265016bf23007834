package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Records;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each client of a protocol with a go-ahead does: its server is played in memory, octet by octet. */
@Timeout(60)
abstract class ClientExampleContract {

    /** A dialogue that has not begun. */
    abstract Dialogue client();

    /** What the server says before the client asks for the upgrade; each is said once the client waits. */
    abstract List<String> before();

    /** All that the client says in the clear. */
    abstract String said();

    /** What the server agrees with. */
    abstract String goAhead();

    /** What it refuses with. */
    abstract String refusal();

    /** What someone in the middle adds: answers of the protocol, as it were inside TLS. */
    abstract String injected();

    @Test
    void nothing_but_its_words_leaves_in_the_clear_and_then_tls() {
        Endpoint client = proposed(TlsPolicy.REQUIRED, Fragmentation.OCTETS)
                .arrive(goAhead())
                .run();
        client.requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.HANDSHAKING);
        byte[] sent = client.sent();
        assertThat(sent).hasSizeGreaterThan(said().length());
        assertThat(sent[said().length()]).as("a record of the handshake").isEqualTo((byte) 22);
        assertThat(Records.fault(sent, said().length())).isEmpty();
    }

    @Test
    void a_refusal_fails_a_client_that_needs_tls_and_nothing_more_is_sent() {
        Endpoint client = proposed(TlsPolicy.REQUIRED, Fragmentation.WHOLE)
                .arrive(refusal())
                .run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(client.sentText()).isEqualTo(said());
    }

    @Test
    void octets_after_the_go_ahead_fail_it_at_every_split_of_them() {
        String answer = goAhead() + injected();
        for (int split = 1; split < answer.length(); split++) {
            Endpoint client = proposed(TlsPolicy.OPPORTUNISTIC, Fragmentation.WHOLE)
                    .arrive(answer.substring(0, split))
                    .arrive(answer.substring(split))
                    .run();
            assertThat(client.upgradeFailure().reason())
                    .as("split at %s", split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(client.received()).isEmpty();
        }
    }

    /** A client that has asked for the upgrade. */
    final Endpoint proposed(TlsPolicy policy, Fragmentation fragmentation) {
        Endpoint client = begun(policy).fragmented(fragmentation);
        for (String octets : before()) {
            client.arrive(octets).run();
        }
        assertThat(client.sentText()).isEqualTo(said());
        return client;
    }

    /** A client that waits for the server. */
    final Endpoint begun(TlsPolicy policy) {
        return Endpoint.of(ExampleConnections.client(policy, client())).run();
    }

    /** Octets as text, each one character. */
    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
