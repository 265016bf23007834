package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.Transcript;
import java.time.Duration;
import java.util.List;

/**
 * A check that was run, its verdict and the evidence.
 *
 * @param transcript empty if nothing was sent
 */
public record CheckResult(Check check, Verdict verdict, List<Transcript.Entry> transcript, Duration took) {
    public CheckResult {
        transcript = List.copyOf(transcript);
    }
}
