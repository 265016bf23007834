package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Change;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Comparison;
import dev.starttls.conformance.check.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is to be said of a result besides its verdict: whether the user accepts it, and what changed since the baseline. */
public final class Remarks {
    /** A verdict of which it is worth a line that it is the same as ever. */
    static final Set<Status> WITH_EVIDENCE = Set.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE);

    private Remarks() {}

    /** Each a line; none for most results. */
    public static List<String> of(CheckResult result) {
        List<String> remarks = new ArrayList<>();
        Status status = result.verdict().status();
        result.accepted()
                .map(reason ->
                        (status == Status.PASS ? "it passes, and need not be accepted: " : "accepted: ") + reason)
                .ifPresent(remarks::add);
        result.comparison()
                .filter(comparison -> comparison.change() != Change.SAME || WITH_EVIDENCE.contains(status))
                .map(comparison -> change(comparison, status))
                .ifPresent(remarks::add);
        return remarks;
    }

    private static String change(Comparison comparison, Status now) {
        String before = comparison
                .before()
                .map(status -> " (" + status.key() + " in the baseline)")
                .orElse(" (not in the baseline)");
        return switch (comparison.change()) {
            case NEW_FAILURE -> "new failure" + before;
            case NEW_WARNING -> "new warning" + before;
            case IMPROVED -> "improved" + before;
            case FIXED -> "fixed" + before;
            case UNCONFIRMED -> "not known to be fixed" + before;
            case DIFFERENT -> "changed" + before;
            case SAME -> (now == Status.FAIL ? "known: " : "") + "as in the baseline";
        };
    }
}
