package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The verdicts on several servers as one. */
final class Verdicts {
    /** The worst last. */
    private static final List<Status> ORDER =
            List.of(Status.SKIP, Status.PASS, Status.INCONCLUSIVE, Status.WARN, Status.FAIL);

    private static final Comparator<Verdict> SEVERITY = Comparator.comparingInt(Verdicts::severity);

    private Verdicts() {}

    private static int severity(Verdict verdict) {
        // For want of an answer it counts for more than a warning, since it may be a failure.
        return verdict.unanswered() ? 2 * ORDER.indexOf(Status.WARN) + 1 : 2 * ORDER.indexOf(verdict.status());
    }

    /** The worse of two. */
    static Verdict worse(Verdict one, Verdict other) {
        return SEVERITY.compare(one, other) >= 0 ? one : other;
    }

    /**
     * One verdict for all: the worst, with what was found of each.
     *
     * @param byHost not empty, in the order of the servers
     */
    static Verdict of(Map<DomainHost, Verdict> byHost) {
        Verdict worst = byHost.values().stream().max(SEVERITY).orElseThrow();
        Map<String, Set<String>> hosts = new LinkedHashMap<>();
        byHost.forEach((host, verdict) -> {
            boolean said = worst.status() == Status.SKIP
                    || (worst.status() == Status.PASS && verdict.status() == Status.PASS)
                    || severity(verdict) > severity(Verdict.pass(""));
            if (said) {
                hosts.computeIfAbsent(verdict.detail(), detail -> new LinkedHashSet<>())
                        .add(shown(byHost.keySet(), host));
            }
        });
        boolean same = hosts.size() == 1
                && byHost.values().stream().map(Verdict::detail).distinct().count() == 1;
        return worst.withDetail(
                same && (byHost.size() > 1 || worst.status() == Status.SKIP)
                        ? worst.detail()
                        : hosts.entrySet().stream()
                                .map(each -> String.join(", ", each.getValue()) + ": " + each.getKey())
                                .collect(Collectors.joining("; ")));
    }

    /** Its name; with the port and the address where it has several. */
    private static String shown(Set<DomainHost> all, DomainHost host) {
        List<DomainHost> same =
                all.stream().filter(each -> each.name().equals(host.name())).toList();
        boolean ports =
                same.stream().map(each -> each.target().port()).distinct().count() > 1;
        boolean addresses =
                same.stream().map(each -> each.target().address()).distinct().count() > 1;
        return host.name()
                + (ports ? ":" + host.target().port() : "")
                + (addresses
                        ? host.target()
                                .address()
                                .map(each -> " at " + each.getHostAddress())
                                .orElse("")
                        : "");
    }
}
