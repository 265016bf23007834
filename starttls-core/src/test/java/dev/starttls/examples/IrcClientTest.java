package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IrcClientTest extends ClientExampleContract {

    @Override
    Dialogue client() {
        return new IrcClient();
    }

    /** What a server says of its own accord may come after the command has left, and is not its reply. */
    @Override
    List<String> before() {
        return List.of(
                ":irc.example.org NOTICE * :*** Looking up your hostname...\r\n",
                "PING :1\r\n",
                ":irc.example.org CAP * LS :multi-prefix tls sasl\r\n",
                ":irc.example.org NOTICE * :*** Found it\r\n",
                "PING :2\r\n");
    }

    @Override
    String said() {
        return "CAP LS\r\nPONG :1\r\nSTARTTLS\r\n";
    }

    @Override
    String goAhead() {
        return ":irc.example.org 670 * :STARTTLS successful, go ahead with TLS handshake\r\n";
    }

    @Override
    String refusal() {
        return ":irc.example.org 691 * :STARTTLS failure\r\n";
    }

    @Override
    String injected() {
        return ":irc.example.org 001 mary :Welcome\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        ":irc.example.org 421 * STARTTLS :Unknown command, REFUSED",
        ":irc.example.org 451 * :You have not registered, REFUSED",
        "ERROR :Closing link, TURNED_AWAY",
        ":irc.example.org 001 mary :Welcome, PROTOCOL_VIOLATION",
        ":irc.example.org, PROTOCOL_VIOLATION"
    })
    void what_a_server_answers_otherwise(String answer, FailureReason reason) {
        assertThat(proposed(TlsPolicy.REQUIRED, Fragmentation.WHOLE)
                        .arrive(answer + "\r\n")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        ":irc.example.org CAP * LS :multi-prefix tls-like, NOT_OFFERED",
        ":irc.example.org 421 * CAP :Unknown command, NOT_OFFERED",
        "ERROR :Closing link, TURNED_AWAY",
        ":irc.example.org 670 * :STARTTLS successful, PROTOCOL_VIOLATION"
    })
    void what_a_server_announces_otherwise(String answer, FailureReason reason) {
        assertThat(begun(TlsPolicy.REQUIRED)
                        .arrive(answer + "\r\n")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(reason);
    }
}
