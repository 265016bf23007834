package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
    private static final int MAX = 2;

    private static List<BoundedLines.Line> read(byte[] text) throws IOException {
        BoundedLines lines = new BoundedLines(new ByteArrayInputStream(text), MAX);
        List<BoundedLines.Line> all = new ArrayList<>();
        for (Optional<BoundedLines.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
            all.add(next.get());
        }
        return all;
    }

    /** Every text of up to eight letters and ends of lines. */
    @Test
    void each_line_is_there_with_its_number_and_no_more_of_it_than_is_kept() throws IOException {
        for (int length = 0; length <= 8; length++) {
            for (int bits = 0; bits < 1 << length; bits++) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < length; i++) {
                    text.append((bits >> i & 1) == 1 ? '\n' : (char) ('a' + i));
                }
                List<BoundedLines.Line> expected = new ArrayList<>();
                for (String line : text.toString().lines().toList()) {
                    expected.add(new BoundedLines.Line(
                            expected.size() + 1L,
                            line.substring(0, Math.min(MAX, line.length())),
                            line.length() > MAX,
                            true));
                }
                assertThat(read(text.toString().getBytes(StandardCharsets.US_ASCII)))
                        .as(text.toString())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void what_is_not_utf_8_is_known_from_the_character_that_replaces_it() throws IOException {
        assertThat(new BoundedLines(new ByteArrayInputStream("\ufffd\n".getBytes(StandardCharsets.UTF_8)), 100).next())
                .contains(new BoundedLines.Line(1, "\ufffd", false, true));
        assertThat(read(new byte[] {(byte) 0xfc})).containsExactly(new BoundedLines.Line(1, "\ufffd", false, false));
    }
}
