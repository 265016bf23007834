package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FtpClientTest extends ClientExampleContract {

    @Override
    Dialogue client() {
        return new FtpClient();
    }

    /** A greeting of several lines, of which one looks like another reply. */
    @Override
    List<String> before() {
        return List.of("120 In a minute\r\n", "220-Welcome\r\n234 files\r\n", "220 Ready\r\n");
    }

    @Override
    String said() {
        return "AUTH TLS\r\n";
    }

    @Override
    String goAhead() {
        return "234-Proceed\r\n234 now\r\n";
    }

    @Override
    String refusal() {
        return "504 Unknown AUTH type\r\n";
    }

    @Override
    String injected() {
        return "230 Logged in\r\n";
    }

    @ParameterizedTest
    @CsvSource({"421 Too many, TURNED_AWAY", "500 What?, PROTOCOL_VIOLATION", "234 Proceed, PROTOCOL_VIOLATION"})
    void what_a_server_greets_with_otherwise(String greeting, FailureReason reason) {
        assertThat(begun(TlsPolicy.REQUIRED)
                        .arrive(greeting + "\r\n")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(reason);
    }
}
