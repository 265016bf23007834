package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NntpClientTest extends ClientExampleContract {

    @Override
    Dialogue client() {
        return new NntpClient();
    }

    @Override
    List<String> before() {
        return List.of(
                "200 ready\r\n", "101 Capability list:\r\nVERSION 2\r\nREADER\r\n", "LIST ACTIVE\r\nSTARTTLS\r\n.\r\n");
    }

    @Override
    String said() {
        return "CAPABILITIES\r\nSTARTTLS\r\n";
    }

    @Override
    String goAhead() {
        return "382 Begin TLS negotiation now\r\n";
    }

    @Override
    String refusal() {
        return "580 Can not initiate TLS negotiation\r\n";
    }

    @Override
    String injected() {
        return "101 Capability list:\r\nAUTHINFO USER\r\n.\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "200 ready, 101 list:|VERSION 2|., NOT_OFFERED",
        "200 ready, 101 list:|..STARTTLS|X-STARTTLS|., NOT_OFFERED",
        "200 ready, 500 What?, NOT_OFFERED",
        "400 busy, '', TURNED_AWAY",
        "502 not you, '', TURNED_AWAY",
        "200 ready, 382 Begin, PROTOCOL_VIOLATION",
        "382 Begin, '', PROTOCOL_VIOLATION",
        "101 list:, '', PROTOCOL_VIOLATION",
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

    @Test
    void capabilities_have_names_and_parameters() {
        WordCapabilities capabilities = new WordCapabilities(List.of("VERSION 2", "LIST ACTIVE NEWSGROUPS", "OVER"));
        assertThat(capabilities.names()).containsExactly("VERSION", "LIST", "OVER");
        assertThat(capabilities.parameters("list")).containsExactly("ACTIVE", "NEWSGROUPS");
        assertThat(capabilities.parameters("OVER")).isEmpty();
    }
}
