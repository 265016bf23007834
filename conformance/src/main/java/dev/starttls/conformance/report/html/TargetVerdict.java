package dev.starttls.conformance.report.html;

import dev.starttls.conformance.report.Conclusion;
import dev.starttls.conformance.run.TargetReport;

/**
 * The verdict on a target, in a few words and in a sentence.
 *
 * @param key the class in the style sheet: pass, fail or unreached
 */
record TargetVerdict(String key, String symbol, String words, String sentence) {
    static TargetVerdict of(TargetReport report) {
        Conclusion conclusion = Conclusion.of(report);
        return new TargetVerdict(conclusion.key(), symbol(conclusion.key()), conclusion.words(), conclusion.sentence());
    }

    private static String symbol(String key) {
        return switch (key) {
            case "pass" -> "\u2713";
            case "fail" -> "\u2715";
            default -> "?";
        };
    }
}
