package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Status;

/**
 * How a status is shown: never by its colour alone.
 *
 * @param key the class in the style sheet, and the value that the filter uses
 */
record StatusStyle(String key, String symbol, String word) {
    static StatusStyle of(Status status) {
        return new StatusStyle(status.key(), symbol(status), status.key());
    }

    private static String symbol(Status status) {
        return switch (status) {
            case PASS -> "\u2713";
            case FAIL -> "\u2715";
            case WARN -> "!";
            case SKIP -> "\u2013";
            case INCONCLUSIVE -> "?";
        };
    }
}
