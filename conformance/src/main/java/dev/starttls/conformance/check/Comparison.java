package dev.starttls.conformance.check;

import java.util.Optional;

/**
 * A result beside that of the baseline, an earlier report of the same target.
 *
 * @param before the verdict in the baseline; empty if it does not have this check
 */
public record Comparison(Change change, Optional<Status> before) {
    /** Compares the verdict of now with that of the baseline. */
    public static Comparison of(Status now, Optional<Status> before) {
        return new Comparison(before.filter(now::equals).isPresent() ? Change.SAME : change(now, before), before);
    }

    private static Change change(Status now, Optional<Status> before) {
        boolean failed = before.filter(Status.FAIL::equals).isPresent();
        boolean warned = before.filter(Status.WARN::equals).isPresent();
        return switch (now) {
            case FAIL -> Change.NEW_FAILURE;
            case WARN -> failed ? Change.IMPROVED : Change.NEW_WARNING;
            case PASS -> failed || warned ? Change.FIXED : Change.DIFFERENT;
            case SKIP, INCONCLUSIVE -> failed || warned ? Change.UNCONFIRMED : Change.DIFFERENT;
        };
    }
}
