package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LmtpClientTest extends ClientExampleContract {

    @Override
    Dialogue client() {
        return new LmtpClient("client.example.org");
    }

    @Override
    List<String> before() {
        return List.of("220-Welcome\r\n220 ready\r\n", "250-localhost\r\n250-STARTTLS\r\n", "250 PIPELINING\r\n");
    }

    @Override
    String said() {
        return "LHLO client.example.org\r\nSTARTTLS\r\n";
    }

    @Override
    String goAhead() {
        return "220 go ahead\r\n";
    }

    @Override
    String refusal() {
        return "454-TLS not available\r\n454 now\r\n";
    }

    @Override
    String injected() {
        return "250 localhost\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "220 ready, 250-localhost|250 PIPELINING, NOT_OFFERED",
        "421 busy, '', TURNED_AWAY",
        "220 ready, 500 What?, TURNED_AWAY",
        "220 ready, 250-localhost|220 STARTTLS, PROTOCOL_VIOLATION",
        "+OK, '', PROTOCOL_VIOLATION"
    })
    void what_a_server_says_otherwise(String greeting, String answer, FailureReason reason) {
        assertThat(begun(TlsPolicy.REQUIRED)
                        .arrive(greeting + "\r\n")
                        .run()
                        .arrive(answer.isEmpty() ? "" : answer.replace("|", "\r\n") + "\r\n")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(reason);
    }
}
