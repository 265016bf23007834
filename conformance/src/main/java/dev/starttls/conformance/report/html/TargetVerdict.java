package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.TargetReport;

/**
 * The verdict on a target, in a few words and in a sentence.
 *
 * @param key the class in the style sheet: pass, fail or unreached
 */
record TargetVerdict(String key, String symbol, String words, String sentence) {
    static TargetVerdict of(TargetReport report) {
        if (report.outcome() == Outcome.FAILED) {
            return new TargetVerdict("fail", "\u2715", "Failed", failed(report.count(Status.FAIL)));
        }
        if (report.outcome() == Outcome.UNREACHABLE) {
            return new TargetVerdict(
                    "unreached",
                    "?",
                    report.results().isEmpty() ? "Not checked" : "Lost during the checks",
                    report.survey().problem().orElse(""));
        }
        long warned = report.count(Status.WARN);
        long open = report.count(Status.INCONCLUSIVE);
        return new TargetVerdict(
                "pass",
                "\u2713",
                open == 0 ? "Passed" : "Passed as far as could be observed",
                (report.count(Status.FAIL) == 0
                                ? "No MUST and no security check failed."
                                : "No MUST and no security check failed that is neither accepted nor in the baseline.")
                        + (warned == 0
                                ? ""
                                : " " + counted(warned, "warning") + (warned == 1 ? " is" : " are") + " worth a look.")
                        + (open == 0 ? "" : " What is inconclusive is not known to be good."));
    }

    private static String failed(long failed) {
        return (failed == 1 ? "One check that a server must pass" : failed + " checks that a server must pass")
                + " failed: see below what was sent, what came and how to fix it.";
    }

    private static String counted(long n, String noun) {
        return n == 1 ? "One " + noun : n + " " + noun + "s";
    }
}
