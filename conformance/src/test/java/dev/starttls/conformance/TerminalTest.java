package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private static final Map<String, String> XTERM = Map.of("TERM", "xterm");

    @Test
    void both_streams_on_a_terminal_get_colour_and_progress() {
        assertThat(Terminal.of(true, true, XTERM)).isEqualTo(Terminal.PRESENT);
    }

    @Test
    void a_report_in_a_pipe_leaves_progress_on_the_terminal() {
        assertThat(Terminal.of(false, true, XTERM)).isEqualTo(Terminal.PROGRESS_ONLY);
        assertThat(Terminal.PROGRESS_ONLY.progress()).isTrue();
        assertThat(Terminal.PROGRESS_ONLY.colour()).isFalse();
        assertThat(Terminal.PROGRESS_ONLY.onScreen()).isFalse();
    }

    @Test
    void errors_in_a_file_leave_colour_on_the_terminal() {
        assertThat(Terminal.of(true, false, XTERM)).isEqualTo(Terminal.REPORT_ONLY);
        assertThat(Terminal.REPORT_ONLY.progress()).isFalse();
        assertThat(Terminal.REPORT_ONLY.colour()).isTrue();
    }

    @Test
    void no_terminal_gets_nothing() {
        assertThat(Terminal.of(false, false, XTERM)).isEqualTo(Terminal.ABSENT);
    }

    @Test
    void no_color_takes_colour_away_if_it_is_not_empty() {
        assertThat(Terminal.of(true, true, Map.of("NO_COLOR", "1"))).isEqualTo(Terminal.COLOURLESS);
        assertThat(Terminal.of(true, false, Map.of("NO_COLOR", "1"))).isEqualTo(Terminal.ABSENT);
        assertThat(Terminal.of(true, true, Map.of("NO_COLOR", ""))).isEqualTo(Terminal.PRESENT);
    }

    @Test
    void a_dumb_terminal_is_none() {
        assertThat(Terminal.of(true, true, Map.of("TERM", "dumb"))).isEqualTo(Terminal.ABSENT);
    }
}
