package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTest {
    @Test
    void letters_of_any_script_stay() {
        assertThat(Visible.of("gr\u00fc\u00df \u65e5\u672c \u05e9\u05dc\u05d5\u05dd \ud83d\ude00"))
                .isEqualTo("gr\u00fc\u00df \u65e5\u672c \u05e9\u05dc\u05d5\u05dd \ud83d\ude00");
    }

    @Test
    void control_characters_are_written_out() {
        assertThat(Visible.of("a\u001b[31m\u009bb\r\n\u0000")).isEqualTo("a\\x1b[31m\\x9bb\\x0d\\x0a\\x00");
    }

    @Test
    void what_reorders_or_hides_text_is_written_out() {
        assertThat(Visible.of("\u202e\u2066\u200b\u2028\ufeff")).isEqualTo("\\u202e\\u2066\\u200b\\u2028\\ufeff");
    }

    @Test
    void what_is_no_character_is_written_out() {
        assertThat(Visible.of("\ud800 \uffff")).isEqualTo("\\ud800 \\uffff");
    }
}
