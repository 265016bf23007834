package dev.starttls.core.line.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineEncoderTest {

    @Test
    void a_line_gets_its_crlf() {
        assertThat(LineEncoder.encode("EHLO \u00fc").array())
                .isEqualTo("EHLO \u00fc\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(LineEncoder.encode("").array()).containsExactly('\r', '\n');
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\r\nRCPT TO:<b>", "\0", "\u0100", "\u20ac", "x\n"})
    void what_would_be_more_than_one_line_is_refused(String line) {
        assertThatThrownBy(() -> LineEncoder.encode(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at index");
    }
}
