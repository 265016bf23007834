package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresClientTest extends ClientExampleContract {

    private static final String STARTUP = "\0\3\0\0user\0mary\0database\0books\0\0";

    @Override
    Dialogue client() {
        return new PostgresClient("mary", "books");
    }

    @Override
    List<String> before() {
        return List.of();
    }

    @Override
    String said() {
        return "\0\0\0\u0008\u0004\u00d2\u0016\57";
    }

    @Override
    String goAhead() {
        return "S";
    }

    @Override
    String refusal() {
        return "N";
    }

    /** AuthenticationOk, as the man in the middle of CVE-2021-23222. */
    @Override
    String injected() {
        return "R\0\0\0\u0008\0\0\0\0";
    }

    /** CVE-2024-10977: the words of an error that anyone may have sent are not shown. */
    @Test
    void an_error_in_place_of_an_answer_turns_it_away_without_its_text() {
        Endpoint client = proposed(TlsPolicy.OPPORTUNISTIC, Fragmentation.WHOLE)
                .arrive("E\0\0\0\u0015SFATAL\0M\u0007call us\0\0")
                .run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(client.upgradeFailure().toString()).doesNotContain("call us");
        assertThat(client.sentText()).isEqualTo(said());
    }

    @Test
    void where_tls_is_not_required_a_refused_client_logs_in_in_plaintext() {
        Endpoint client = proposed(TlsPolicy.OPPORTUNISTIC, Fragmentation.WHOLE)
                .arrive("N")
                .run();
        client.requireNoFailure();
        assertThat(client.sentText()).isEqualTo(said() + "\0\0\0\42" + STARTUP);
    }
}
