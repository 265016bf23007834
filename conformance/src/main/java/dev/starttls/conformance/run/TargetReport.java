package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that was found out about one target.
 *
 * @param survey the phases and TLS of one good session, or why no checks were run
 * @param dialogue the transcript of that session
 * @param results in the order of the checks' ids; empty if the target could not be reached
 * @param inventory the versions, suites and groups that it accepts; empty if the check that finds them was not run
 * @param matrix the servers of a domain by checks; empty for a server and a client
 */
public record TargetReport(
        Subject target,
        Instant started,
        Duration took,
        Survey survey,
        List<Transcript.Entry> dialogue,
        List<CheckResult> results,
        Optional<TlsInventory> inventory,
        Optional<Matrix> matrix) {
    public TargetReport {
        dialogue = List.copyOf(dialogue);
        results = List.copyOf(results);
    }

    /** The report of a server or a client, which has no matrix. */
    public TargetReport(
            Subject target,
            Instant started,
            Duration took,
            Survey survey,
            List<Transcript.Entry> dialogue,
            List<CheckResult> results,
            Optional<TlsInventory> inventory) {
        this(target, started, took, survey, dialogue, results, inventory, Optional.empty());
    }

    /** The report of a target whose checks were not run, and why. */
    public static TargetReport unreached(Subject target, Instant started, Duration took, String problem) {
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

    /** The same with another note on the run. */
    public TargetReport noting(String note) {
        List<String> notes = new ArrayList<>(survey.notes());
        notes.add(note);
        return new TargetReport(
                target, started, took, survey.with(survey.problem(), notes), dialogue, results, inventory, matrix);
    }

    /** The same with other results. */
    public TargetReport with(List<CheckResult> others) {
        return new TargetReport(target, started, took, survey, dialogue, others, inventory, matrix);
    }

    /** The outcome of this target. */
    public Outcome outcome() {
        if (results.stream().anyMatch(CheckResult::failsRun)) {
            return Outcome.FAILED;
        }
        if (survey.problem().isPresent()) {
            return Outcome.UNREACHABLE;
        }
        return unanswered().isEmpty() ? Outcome.PASSED : Outcome.UNANSWERED;
    }

    /** The checks of level MUST and SECURITY that were inconclusive for want of an answer. */
    public List<CheckResult> unanswered() {
        return results.stream()
                .filter(result -> counts(result)
                        && result.verdict().unanswered()
                        && result.accepted().isEmpty())
                .toList();
    }

    /** A clause that says what is not known of the target because no answer came; empty if all that counts is known. */
    public Optional<String> unknown() {
        int open = unanswered().size();
        if (open == 0) {
            return results.isEmpty() && survey.problem().isPresent()
                    ? Optional.of(
                            "not known: everything, since no " + target.kind().unit() + " was run")
                    : Optional.empty();
        }
        String unit = target.kind().unit();
        String unanswered = target.kind() == Subject.Kind.CLIENT ? " saw no connection" : " had no answer";
        return Optional.of("not known: "
                + (open == 1 ? "one MUST or security " + unit : open + " MUST and security " + unit + "s")
                + unanswered);
    }

    private static boolean counts(CheckResult result) {
        return result.check().level() != Level.SHOULD;
    }
}
