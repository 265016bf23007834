package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Status;

/** Colour on a terminal that shows it, otherwise plain words. */
public enum Style {
    PLAIN,
    COLOUR;

    String status(Status status) {
        return switch (status) {
            case PASS -> paint("32", "pass");
            case FAIL -> paint("1;31", "FAIL");
            case WARN -> paint("33", "warn");
            case SKIP -> paint("2", "skip");
            case INCONCLUSIVE -> paint("35", "????");
        };
    }

    public String strong(String text) {
        return paint("1", text);
    }

    public String faint(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return this == COLOUR ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
