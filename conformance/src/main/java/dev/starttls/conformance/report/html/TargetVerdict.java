package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.TargetReport;

/**
 * What a target comes to, in two words and in a sentence.
 *
 * @param key the class in the style sheet: pass, fail or unreached
 */
record TargetVerdict(String key, String symbol, String words, String sentence) {
    static TargetVerdict of(TargetReport report) {
        if (report.outcome() == Outcome.FAILED) {
            return new TargetVerdict("fail", "\u2715", "Not as it must be", failed(report.count(Mark.FAIL)));
        }
        if (report.outcome() == Outcome.UNREACHABLE) {
            return new TargetVerdict(
                    "unreached",
                    "?",
                    report.results().isEmpty() ? "Not checked" : "Lost on the way",
                    report.survey().problem().orElse(""));
        }
        long warned = report.count(Mark.WARN);
        long open = report.count(Mark.INCONCLUSIVE);
        return new TargetVerdict(
                "pass",
                "\u2713",
                open == 0 ? "Sound" : "Sound as far as could be seen",
                "No MUST and no security check failed."
                        + (warned == 0
                                ? ""
                                : " " + counted(warned, "warning") + (warned == 1 ? " is" : " are") + " worth a look.")
                        + (open == 0 ? "" : " What is inconclusive is not known to be good."));
    }

    private static String failed(long failed) {
        return (failed == 1 ? "One check that a server has to pass" : failed + " checks that a server has to pass")
                + " failed: what was sent, what came and how to fix it is below.";
    }

    private static String counted(long n, String noun) {
        return n == 1 ? "One " + noun : n + " " + noun + "s";
    }
}
