package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

    /** As programs print octets for people; in none of them may the password be read. */
    private static List<String> printed() {
        String password = CANARY.password();
        byte[] line = ("PASS xx" + password + "\r\n").getBytes(StandardCharsets.UTF_8);
        String response = Base64.getMimeEncoder(40, new byte[] {'\n'})
                .encodeToString(("\0" + CANARY.user() + "\0" + password).getBytes(StandardCharsets.UTF_8));
        return List.of(
                password,
                password.toUpperCase(Locale.ROOT),
                response,
                Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_16LE)),
                Base64.getEncoder().encodeToString(("a" + password).getBytes(StandardCharsets.UTF_16BE)),
                new String(password.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1),
                String.join(" ", password.split("")),
                String.join("\\0", password.split("")),
                HexFormat.ofDelimiter(" ").formatHex(line),
                HexFormat.ofDelimiter(", ").withPrefix("0x").formatHex(line),
                HexFormat.of().withPrefix("\\x").formatHex(line),
                HexFormat.of().withPrefix("%").withUpperCase().formatHex(line),
                dump(line, "%08x: ", 2, "  "),
                dump(line, "%04x: ", 1, "          "),
                dump(line, "%08x  ", 1, "  |"));
    }

    /** Sixteen octets per line, with columns of so many, and as text. */
    private static String dump(byte[] octets, String offset, int column, String between) {
        StringBuilder dump = new StringBuilder("<= Send data\n");
        for (int from = 0; from < octets.length; from += 16) {
            byte[] line = Arrays.copyOfRange(octets, from, Math.min(octets.length, from + 16));
            String digits = HexFormat.of().formatHex(line);
            dump.append(String.format(offset, from))
                    .append(digits.replaceAll("(.{" + 2 * column + "})", "$1 ").strip())
                    .append(between)
                    .append(new String(line, StandardCharsets.UTF_8).replaceAll("[\r\n]", "."))
                    .append('\n');
        }
        return dump.append("== Info: sent\n").toString();
    }

    @ParameterizedTest
    @MethodSource("printed")
    void the_password_is_concealed_in_whatever_form_it_is_printed(String text) {
        String concealed = CANARY.concealed("before\n" + text + "\nafter");
        assertThat(concealed).contains("(concealed)").startsWith("before\n").endsWith("\nafter");
        for (int i = 0; i + 6 <= CANARY.password().length(); i++) {
            String piece = CANARY.password().substring(i, i + 6);
            byte[] octets = piece.getBytes(StandardCharsets.UTF_8);
            assertThat(concealed.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", ""))
                    .doesNotContain(piece)
                    .doesNotContain(HexFormat.of().formatHex(octets));
        }
    }

    @Test
    void what_is_no_password_is_left_as_it_is() {
        String text = dump("EHLO client.example.org\r\n".getBytes(StandardCharsets.UTF_8), "%04x: ", 1, "    ")
                + CANARY.user() + " \\0 \0 0x41 \u0130";
        assertThat(CANARY.concealed(text)).isEqualTo(text);
    }

    @Test
    void the_canary_of_another_case_is_found_and_concealed() {
        Canaries canaries = new Canaries();
        Canary own = canaries.of("UP-C-02a", "example.org");
        Canary other = canaries.of("UP-C-01a", "example.org");
        String response = Base64.getEncoder()
                .encodeToString(("\0" + other.user() + "\0" + other.password()).getBytes(StandardCharsets.UTF_8));
        for (String line : List.of(
                "PASS " + other.password(),
                "USER " + other.user().toUpperCase(Locale.ROOT),
                "AUTH PLAIN " + response)) {
            assertThat(canaries.within(line, own)).contains(other);
            assertThat(canaries.concealed(line)).doesNotContain(other.password());
        }
        assertThat(canaries.within("PASS " + own.password(), own)).contains(own);
        assertThat(canaries.within("EHLO client.example.org", own)).isEmpty();
        assertThat(canaries.concealed("AUTH PLAIN " + response)).isEqualTo("AUTH PLAIN (concealed)");
    }
}
