package dev.starttls.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @Test
    void a_name_is_in_lower_case() {
        assertThat(HostName.of("Mail_Server-1.Example.ORG")).contains("mail_server-1.example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                ".a",
                "a.",
                "a b",
                "../a",
                "\u212a.example",
                "m\u00fcller.example",
                "1",
                "a.1",
                "[::1]"
            })
    void what_is_not_the_name_of_a_host_is_refused(String text) {
        assertThat(HostName.of(text)).isEmpty();
    }

    @Test
    void lengths_are_those_of_the_dns() {
        assertThat(HostName.of("a".repeat(63) + ".example")).isPresent();
        assertThat(HostName.of("a".repeat(64) + ".example")).isEmpty();
        assertThat(HostName.of("a.".repeat(126) + "a")).isPresent();
        assertThat(HostName.of("a.".repeat(126) + "ab")).isEmpty();
    }
}
