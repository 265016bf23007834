package dev.starttls.core.line;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiTest {

    @Test
    void only_the_letters_of_ascii_have_an_upper_case() {
        assertThat(Ascii.upper("starttls-1 \u00e4\u00df\u0131")).isEqualTo("STARTTLS-1 \u00e4\u00df\u0131");
        assertThat(Ascii.upper("STLS")).isEqualTo("STLS");
        assertThat(Ascii.upper("@`az{")).isEqualTo("@`AZ{");
    }

    @Test
    void a_text_is_found_at_its_index_only_in_either_case() {
        assertThat(Ascii.at("250 StartTLS", 4, "STARTTLS")).isTrue();
        assertThat(Ascii.at("250 STARTTLS", 4, "starttls")).isTrue();
        assertThat(Ascii.at("250 STARTTLS", 3, "STARTTLS")).isFalse();
        assertThat(Ascii.at("250 STARTTL", 4, "STARTTLS")).isFalse();
        assertThat(Ascii.at("250", 3, "")).isTrue();
        assertThat(Ascii.at("A[", 0, "a{")).isFalse();
        assertThat(Ascii.at("A@", 0, "a`")).isFalse();
        assertThat(Ascii.at("AZ", 0, "az")).isTrue();
    }

    @Test
    void a_letter_outside_ascii_is_like_no_letter_of_it() {
        assertThat(Ascii.at("\u017fize", 0, "SIZE")).isFalse();
        assertThat(Ascii.at("SIZE", 0, "s\u0131ze")).isFalse();
        assertThat(Ascii.at("\u00e4", 0, "\u00c4")).isFalse();
    }

    @Test
    void a_first_word_ends_at_a_space_or_with_the_text() {
        assertThat(Ascii.firstWord("auth PLAIN", "AUTH")).isTrue();
        assertThat(Ascii.firstWord("AUTH", "auth")).isTrue();
        assertThat(Ascii.firstWord("AUTH=PLAIN", "AUTH")).isFalse();
        assertThat(Ascii.firstWord("AUT", "AUTH")).isFalse();
        assertThat(Ascii.firstWord(" AUTH", "AUTH")).isFalse();
    }

    @Test
    void letters_and_digits_are_those_of_ascii() {
        StringBuilder digits = new StringBuilder();
        StringBuilder lettersAndDigits = new StringBuilder();
        for (char c = 0; c < 0x700; c++) {
            if (Ascii.digit(c)) {
                digits.append(c);
            }
            if (Ascii.letterOrDigit(c)) {
                lettersAndDigits.append(c);
            }
        }
        assertThat(digits.toString()).isEqualTo("0123456789");
        assertThat(lettersAndDigits.toString())
                .isEqualTo("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\t", "\u007f", "\u00e4", "\u0141"})
    void what_is_not_all_printable_ascii_is_no_word(String text) {
        assertThat(Ascii.word(text)).isFalse();
        assertThat(Ascii.word("!~")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "a\n", "\0", "\u0100", "\u010d"})
    void what_a_peer_could_take_for_two_lines_is_not_sendable(String line) {
        assertThat(Ascii.sendable(line)).isFalse();
        assertThat(Ascii.sendable("\u0001\t\u000b\u000c\u000e \u00ff")).isTrue();
        assertThat(Ascii.sendable("")).isTrue();
    }

    @Test
    void what_a_person_is_shown_is_one_line_of_printable_characters() {
        assertThat(Ascii.printable("a b~\r\n\u001b[2J\u0000\u007f\u009b\u00fc\u202e"))
                .isEqualTo("a b~???[2J?????");
    }
}
