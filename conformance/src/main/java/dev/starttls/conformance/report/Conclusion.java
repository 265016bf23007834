package dev.starttls.conformance.report;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether one may rely on the server or the client, for the first lines of a report.
 *
 * @param key the class of it: pass, fail or unreached
 * @param reliance the answer
 * @param words in one to four words
 * @param sentence with what it stands on
 * @param failures the results that say no, in the order of their ids; if none does, those that are known and excused
 */
public record Conclusion(String key, Reliance reliance, String words, String sentence, List<CheckResult> failures) {
    private static final List<Level> DECISIVE = List.of(Level.MUST, Level.SECURITY);

    public Conclusion {
        failures = List.copyOf(failures);
    }

    /** The conclusion from a report. */
    public static Conclusion of(TargetReport report) {
        List<CheckResult> failures =
                report.results().stream().filter(CheckResult::failsRun).toList();
        return switch (report.outcome()) {
            case FAILED ->
                new Conclusion(
                        "fail", Reliance.NO, "Failed", failed(report.target().kind(), failures), failures);
            case PASSED -> passed(report);
            default -> unknown(report, failures);
        };
    }

    private static String failed(Subject.Kind kind, List<CheckResult> failures) {
        List<CheckResult> rules =
                failures.stream().filter(Conclusion::ofProfile).toList();
        long security = failures.stream()
                .filter(result -> result.check().level() == Level.SECURITY)
                .count();
        long must = failures.size() - rules.size() - security;
        List<String> counted = new ArrayList<>();
        if (security > 0) {
            counted.add(counted(security, "security", kind));
        }
        if (must > 0) {
            counted.add(counted(must, "MUST", kind));
        }
        String broken = rules.isEmpty()
                ? ""
                : (counted.isEmpty() ? "The profile is not met: " : " The profile is not met either: ")
                        + (rules.size() == 1 ? "1 rule is" : rules.size() + " rules are") + " broken.";
        return (counted.isEmpty()
                        ? ""
                        : "Do not rely on this " + kind.noun() + " until it is fixed: " + String.join(" and ", counted)
                                + " failed.")
                + broken;
    }

    private static boolean ofProfile(CheckResult result) {
        return result.check().family().endsWith(" profile");
    }

    private static String counted(long n, String level, Subject.Kind kind) {
        String units = kind.unit() + (n == 1 ? "" : "s");
        return n + " " + (level.equals("MUST") ? units + " of a MUST" : level + " " + units);
    }

    private static Conclusion passed(TargetReport report) {
        List<CheckResult> known = report.results().stream()
                .filter(result -> result.verdict().status() == Status.FAIL)
                .toList();
        long open = report.results().stream()
                .filter(result -> result.verdict().status() == Status.INCONCLUSIVE
                        && result.check().level() != Level.SHOULD)
                .count();
        long allowed = report.results().stream()
                .filter(result -> result.verdict().isAllowed())
                .count();
        long warned = report.count(Status.WARN) - allowed;
        List<String> sentences = new ArrayList<>(List.of(known.isEmpty() ? kept(report) : remaining(known)));
        if (warned > 0) {
            sentences.add(warned == 1 ? "One warning is worth a look." : warned + " warnings are worth a look.");
        }
        if (allowed > 0) {
            sentences.add(
                    allowed == 1
                            ? "One finding is allowed by its policy."
                            : allowed + " findings are allowed by its policy.");
        }
        if (open > 0) {
            sentences.add("What is inconclusive is not known to be good.");
        }
        String words = open == 0 ? "Passed" : "Passed as far as could be observed";
        return known.isEmpty()
                ? new Conclusion(
                        "pass",
                        omitted(report).isEmpty() ? Reliance.YES : Reliance.UNKNOWN,
                        words,
                        String.join(" ", sentences),
                        known)
                : new Conclusion(
                        "pass", Reliance.KNOWN_FAILURES, "Nothing new failed", String.join(" ", sentences), known);
    }

    private static String remaining(List<CheckResult> known) {
        return "Nothing failed that is neither accepted nor in the baseline; "
                + (known.size() == 1 ? "1 known failure remains." : known.size() + " known failures remain.");
    }

    /** Claims nothing of a level of which no check was run. */
    private static String kept(TargetReport report) {
        Subject.Kind kind = report.target().kind();
        List<Level> omitted = omitted(report);
        if (omitted.isEmpty()) {
            return "You may rely on this " + kind.noun() + ": no MUST and no security " + kind.unit() + " failed.";
        }
        String missing = omitted.stream().map(Conclusion::name).collect(Collectors.joining(" and "))
                + " " + kind.unit() + "s were not run (--level, --only, --skip), so whether you may"
                + " rely on this " + kind.noun() + " is not known.";
        String kept = DECISIVE.stream()
                .filter(level -> !omitted.contains(level))
                .map(level -> "No " + name(level) + " " + kind.unit() + " failed; ")
                .collect(Collectors.joining());
        return kept + missing;
    }

    /** The levels that decide, and of which no check was run. */
    private static List<Level> omitted(TargetReport report) {
        return DECISIVE.stream().filter(level -> !ran(report, level)).toList();
    }

    private static String name(Level level) {
        return level == Level.MUST ? "MUST" : level.key();
    }

    private static boolean ran(TargetReport report, Level level) {
        return report.results().stream().anyMatch(result -> result.check().level() == level && !ofProfile(result));
    }

    private static Conclusion unknown(TargetReport report, List<CheckResult> failures) {
        String problem = report.survey().problem().orElse("");
        return report.results().isEmpty()
                ? new Conclusion("unreached", Reliance.UNKNOWN, "Not checked", problem, failures)
                : new Conclusion(
                        "unreached",
                        Reliance.UNKNOWN,
                        "Not known",
                        "Whether you may rely on this " + report.target().kind().noun() + " is not known"
                                + (problem.isEmpty()
                                        ? unanswered(report.target().kind())
                                        : ": " + problem),
                        failures);
    }

    private static String unanswered(Subject.Kind kind) {
        return switch (kind) {
            case SERVER, DOMAIN -> ": checks had no answer.";
            case CLIENT -> ": in some cases the client did not connect.";
        };
    }

    /** The first sentence of a fix, for a line beside its check. */
    public static String brief(String fix) {
        int end = fix.indexOf(". ");
        return end < 0 ? fix : fix.substring(0, end + 1);
    }
}
