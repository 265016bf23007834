package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.Transcript;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A check that was run, its verdict and the evidence.
 *
 * @param transcript empty if nothing was sent
 * @param accepted the user's reason for living with what the check finds, whatever that is this time; empty if it is not
 *     accepted
 * @param comparison what changed since the baseline; empty without a baseline
 */
public record CheckResult(
        Check check,
        Verdict verdict,
        List<Transcript.Entry> transcript,
        Duration took,
        Optional<String> accepted,
        Optional<Comparison> comparison) {
    public CheckResult {
        transcript = List.copyOf(transcript);
    }

    /** A result that nobody has accepted, and that is compared with nothing. */
    public CheckResult(Check check, Verdict verdict, List<Transcript.Entry> transcript, Duration took) {
        this(check, verdict, transcript, took, Optional.empty(), Optional.empty());
    }

    /** The same, accepted for this reason. */
    public CheckResult accept(String reason) {
        return new CheckResult(check, verdict, transcript, took, Optional.of(reason), comparison);
    }

    /** The same, compared with the verdict of the baseline; empty if the baseline does not have this check. */
    public CheckResult compare(Optional<Status> before) {
        Comparison compared = Comparison.of(verdict.status(), before);
        return new CheckResult(check, verdict, transcript, took, accepted, Optional.of(compared));
    }

    /** Whether it fails the run: it failed, is not accepted, and did not fail in the baseline. */
    public boolean failsRun() {
        return verdict.status() == Status.FAIL && excuse().isEmpty();
    }

    /** Why a failure does not fail the run: that it is accepted, or as in the baseline; empty if nothing excuses it. */
    public Optional<String> excuse() {
        if (accepted.isPresent()) {
            return Optional.of("accepted: " + accepted.get());
        }
        return comparison.filter(compared -> compared.change() == Change.SAME).map(same -> "known: as in the baseline");
    }
}
