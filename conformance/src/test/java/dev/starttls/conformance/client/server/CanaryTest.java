package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The canary is found in whatever form a client sends it. */
class CanaryTest {
    private static final Canary CANARY = new Canary("up-c-01a-7f3k@example.org", "nyryka8r2xbnxeqe");

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "abc", "\0bob\0", "user:"})
    void the_password_is_found_in_base64_wherever_it_begins(String before) {
        String text = before + CANARY.password() + "\1\1";
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        assertThat(CANARY.hasPassword("NOOP " + encoded)).isTrue();
    }

    @Test
    void the_password_is_found_in_capitals_and_in_hexadecimal_digits() {
        String digits = HexFormat.of().formatHex(CANARY.password().getBytes(StandardCharsets.UTF_8));
        assertThat(CANARY.hasPassword(CANARY.password().toUpperCase(Locale.ROOT)))
                .isTrue();
        assertThat(CANARY.hasPassword("RSET " + digits)).isTrue();
        assertThat(CANARY.hasPassword("RSET " + digits.toUpperCase(Locale.ROOT)))
                .isTrue();
    }

    @Test
    void the_users_name_is_found_without_its_domain() {
        assertThat(CANARY.within("EHLO up-c-01a-7f3k")).isTrue();
        assertThat(CANARY.hasPassword("EHLO up-c-01a-7f3k")).isFalse();
    }

    @Test
    void nothing_is_found_in_what_every_client_sends() {
        assertThat(CANARY.within("EHLO client.example.org")).isFalse();
        assertThat(CANARY.within("AUTH PLAIN dXNlcgB1c2VyAHBhc3N3b3Jk")).isFalse();
    }
}
