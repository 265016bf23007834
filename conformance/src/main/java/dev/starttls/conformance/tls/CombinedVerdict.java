package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The verdict of a check with several probes: it is the worst of them, and its detail lists all. */
final class CombinedVerdict {

    private static final List<Status> FROM_WORST =
            List.of(Status.FAIL, Status.INCONCLUSIVE, Status.WARN, Status.PASS, Status.SKIP);

    private final List<Verdict> verdicts = new ArrayList<>();

    CombinedVerdict add(String name, Verdict verdict) {
        verdicts.add(verdict.withDetail(name + ": " + verdict.detail()));
        return this;
    }

    /** The worst status; the detail begins with the probes that caused it. */
    Verdict verdict() {
        List<Verdict> sorted = verdicts.stream()
                .sorted(Comparator.<Verdict>comparingInt(verdict -> FROM_WORST.indexOf(verdict.status()))
                        .thenComparing(verdict -> !verdict.unanswered()))
                .toList();
        return sorted.get(0).withDetail(sorted.stream().map(Verdict::detail).collect(Collectors.joining("; ")));
    }
}
