package dev.starttls.conformance.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(ints = {130, 140, 149, 150, 290, 299, 300})
    void no_piece_of_a_secret_is_left_where_the_text_is_cut(int before) {
        String secret = "0123456789abcdefghij";
        Transcript transcript = new Transcript();
        transcript.conceal(secret);
        transcript.note(1, "x".repeat(before) + secret + "y".repeat(300));
        assertThat(transcript.entries().get(0).text())
                .doesNotContain("0123")
                .endsWith("... (" + (before + secret.length() + 300) + " octets in all)");
    }

    @Test
    void no_piece_of_a_secret_is_left_where_a_long_text_is_no_longer_read() {
        String secret = "0123456789abcdefghij".repeat(5);
        Transcript transcript = new Transcript();
        transcript.conceal(secret);
        // Only the secret, again and again, shifted so that its beginning is at every place at which reading may stop.
        for (int shift = 0; shift < secret.length(); shift++) {
            transcript.note(1, "x".repeat(shift) + secret.repeat(10_000));
        }
        assertThat(transcript.entries())
                .allSatisfy(entry -> assertThat(entry.text()).doesNotContain("0123"));
    }

    @Test
    void what_is_said_of_a_text_is_kept_when_the_text_is_cut() {
        Transcript transcript = new Transcript();
        transcript.add(1, Transcript.From.CLIENT, Transcript.Through.PLAINTEXT, "x".repeat(400), "  (octet by octet)");
        assertThat(transcript.entries().get(0).text()).endsWith("... (400 octets in all)  (octet by octet)");
    }

    @Test
    void an_entry_reads_as_a_line_with_its_direction() {
        assertThat(new Transcript.Entry(12, 1, Transcript.From.CLIENT, Transcript.Through.PLAINTEXT, "EHLO x"))
                .hasToString("   12 ms #1 T>   EHLO x");
        assertThat(new Transcript.Entry(7, 2, Transcript.From.SERVER, Transcript.Through.TLS, "250 x"))
                .hasToString("    7 ms #2 TLS< 250 x");
    }
}
