package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything that was found out about one target.
 *
 * @param survey the phases and TLS of one good session, or why no checks were run
 * @param dialogue the transcript of that session
 * @param results in the order of the checks' ids; empty if the target could not be reached
 * @param inventory the versions, suites and groups that it accepts; empty if the check that finds them was not run
 */
public record TargetReport(
        Target target,
        Instant started,
        Duration took,
        Survey survey,
        List<Transcript.Entry> dialogue,
        List<CheckResult> results,
        Optional<TlsInventory> inventory) {
    public TargetReport {
        dialogue = List.copyOf(dialogue);
        results = List.copyOf(results);
    }

    /** The report of a target whose checks were not run, and why. */
    public static TargetReport unreached(Target target, Instant started, Duration took, String problem) {
        return new TargetReport(
                target,
                started,
                took,
                new Survey(List.of(), Optional.empty(), Optional.of(problem)),
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** How many checks have this status. */
    public long count(Status status) {
        return results.stream()
                .filter(result -> result.verdict().status() == status)
                .count();
    }

    /** The same with other results, of the same checks in the same order. */
    public TargetReport with(List<CheckResult> others) {
        return new TargetReport(target, started, took, survey, dialogue, others, inventory);
    }

    /** The outcome of this target. */
    public Outcome outcome() {
        if (results.stream().anyMatch(CheckResult::failsRun)) {
            return Outcome.FAILED;
        }
        return survey.problem().isPresent() ? Outcome.UNREACHABLE : Outcome.PASSED;
    }
}
