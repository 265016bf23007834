package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each case has a row in a matrix with a client that it catches: one that it fails, or warns of where its level is SHOULD.
 * A client that only reports success whatever happened does not count.
 */
class CaughtByEachCaseTest {
    @ParameterizedTest
    @EnumSource(Protocol.class)
    void each_case_has_a_client_that_it_catches(Protocol protocol) {
        List<String> uncaught = ClientSuite.cases(protocol).stream()
                .filter(each -> !isCaught(protocol, each))
                .map(ClientCase::id)
                .toList();
        assertThat(uncaught).isEmpty();
    }

    private static boolean isCaught(Protocol protocol, ClientCase one) {
        if (one.id().startsWith("TLS-C-")) {
            return TlsClientMatrixTest.caught().contains(one.id());
        }
        if (one.id().startsWith("UP-C-")) {
            return ClientMatrixTest.ROWS.stream().anyMatch(row -> row.shows(one));
        }
        return switch (protocol) {
            case SMTP -> SmtpClientMatrixTest.rows().anyMatch(row -> row.shows(one));
            case IMAP -> ImapClientMatrixTest.rows().anyMatch(row -> row.shows(one));
            case POP3 -> Pop3ClientMatrixTest.rows().anyMatch(row -> row.shows(one));
        };
    }
}
