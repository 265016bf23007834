package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.connection.Transcript.Through;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is not kept is said to be missing, and what must not be in plaintext is kept longest. */
class EvidenceTest {
    private static Evidence.Line line(String text, Weight weight) {
        return new Evidence.Line(1, Through.PLAINTEXT, new ReceivedLine(text, "", "NOOP", "", weight));
    }

    @Test
    void a_login_after_very_many_harmless_lines_is_kept_and_the_rest_is_said_to_be_missing() {
        Evidence evidence = new Evidence();
        IntStream.range(0, 20_001).forEach(i -> evidence.add(line("NOOP", Weight.HARMLESS)));
        evidence.add(line("AUTH PLAIN x", Weight.CREDENTIAL));
        assertThat(evidence.lines(Through.PLAINTEXT)).anyMatch(received -> received.weight() == Weight.CREDENTIAL);
        assertThat(evidence.incomplete()).isPresent();
    }

    @Test
    void long_lines_are_kept_up_to_a_limit_of_octets() {
        Evidence evidence = new Evidence();
        String text = "x".repeat(1 << 20);
        IntStream.range(0, 20).forEach(i -> evidence.add(line(text, Weight.COMMAND)));
        assertThat(evidence.lines(Through.PLAINTEXT)).hasSizeLessThan(17);
        assertThat(evidence.incomplete()).isPresent();
    }

    @Test
    void of_what_the_server_has_said_without_end_the_beginning_is_kept() {
        Evidence evidence = new Evidence();
        String text = "x".repeat(1 << 20);
        IntStream.range(0, 100).forEach(i -> evidence.add(new Evidence.Sent(1, Through.TLS, text)));
        assertThat(evidence.events(Evidence.Sent.class)).hasSize(100);
        assertThat(evidence.events(Evidence.Sent.class).stream()
                        .mapToLong(sent -> sent.text().length())
                        .sum())
                .isLessThan(17 << 20);
        assertThat(evidence.incomplete()).isEmpty();
    }

    @Test
    void few_lines_are_all_kept() {
        Evidence evidence = new Evidence();
        evidence.add(line("NOOP", Weight.HARMLESS));
        assertThat(evidence.incomplete()).isEmpty();
    }
}
