package dev.starttls.conformance.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TranscriptTest {
    @Property
    void whatever_bytes_come_the_text_is_printable_ascii_and_bounded(@ForAll byte[] bytes) {
        String text = Transcript.printable(bytes);
        assertThat(text.chars()).allMatch(c -> c >= ' ' && c < 0x7f);
        assertThat(text.length()).isLessThan(400);
    }

    @Test
    void control_characters_are_spelled_out() {
        assertThat(Transcript.printable("a\r\n\t\0\u001b\u00e9".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("a\\r\\n\\t\\x00\\x1b\\xe9");
    }

    @Test
    void a_flood_is_counted_and_not_kept() {
        Transcript transcript = new Transcript();
        for (int i = 0; i < 10_000; i++) {
            transcript.note(1, "again");
        }
        assertThat(transcript.entries()).hasSizeLessThan(500);
        assertThat(transcript.entries().get(transcript.entries().size() - 1).text())
                .isEqualTo("9600 more");
    }

    @Test
    void what_is_to_be_concealed_is_not_shown_whichever_side_says_it() {
        Transcript transcript = new Transcript();
        transcript.conceal("h\u00fbsh");
        transcript.conceal("");
        transcript.add(
                1, Transcript.From.SERVER, Transcript.Through.TLS, Transcript.printable("NO h\u00fbsh, h\u00fbsh"));
        assertThat(transcript.entries().get(0).text()).isEqualTo("NO (concealed), (concealed)");
    }

    @Test
    void an_entry_reads_as_a_line_with_its_direction() {
        assertThat(new Transcript.Entry(12, 1, Transcript.From.CLIENT, Transcript.Through.PLAINTEXT, "EHLO x"))
                .hasToString("   12 ms #1 T>   EHLO x");
        assertThat(new Transcript.Entry(7, 2, Transcript.From.SERVER, Transcript.Through.TLS, "250 x"))
                .hasToString("    7 ms #2 TLS< 250 x");
    }
}
