package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Mark;

/**
 * How a status is shown: never by its colour alone.
 *
 * @param key the class in the style sheet, and the value that the filter uses
 */
record MarkStyle(String key, String symbol, String word) {
    static MarkStyle of(Mark mark) {
        return new MarkStyle(mark.key(), symbol(mark), mark.key());
    }

    private static String symbol(Mark mark) {
        return switch (mark) {
            case PASS -> "\u2713";
            case FAIL -> "\u2715";
            case WARN -> "!";
            case SKIP -> "\u2013";
            case INCONCLUSIVE -> "?";
        };
    }
}
