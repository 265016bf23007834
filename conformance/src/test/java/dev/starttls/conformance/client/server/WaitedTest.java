package dev.starttls.conformance.client.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.connection.Transcript.Through;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a client waits for an answer, with and without one in plaintext. */
class WaitedTest {
    private static final long PATIENCE = 3000;

    private static Trial waiting(long millis, boolean goesOn) {
        Evidence evidence = new Evidence();
        evidence.add(new Evidence.Secured(1, "TLS"));
        evidence.add(line("EHLO", Weight.HARMLESS));
        evidence.add(new Evidence.Waited(1, Duration.ofMillis(millis), millis >= PATIENCE));
        if (goesOn) {
            evidence.add(line("AUTH", Weight.CREDENTIAL));
        }
        return new Trial(evidence, Ending.of(Ending.Kind.FAILURE, "gave up"), Duration.ZERO);
    }

    private static Evidence.Line line(String verb, Weight weight) {
        return new Evidence.Line(1, Through.TLS, new ReceivedLine(verb, "", verb, "", weight));
    }

    @ParameterizedTest
    @CsvSource({
        "3000, false, 3000, false, PASS",
        "1000, false, 1010, false, PASS",
        "1000, false, 3000, false, PASS",
        "3000, false, 6, false, FAIL",
        "3000, false, 0, true, FAIL",
        "1000, true, 0, true, FAIL",
        "1000, true, 500, true, INCONCLUSIVE",
        "1000, true, 1000, true, INCONCLUSIVE",
        "1000, true, 3000, false, PASS",
        "3000, false, 1500, false, INCONCLUSIVE",
        "5, true, 0, true, INCONCLUSIVE",
    })
    void a_client_that_waits_much_less_with_an_answer_in_plaintext_has_read_it(
            long without, boolean goesOnWithout, long with, boolean goesOnWith, Status expected) {
        Verdict verdict = Judgements.waits(List.of(waiting(without, goesOnWithout), waiting(with, goesOnWith)));
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(expected);
    }
}
