package dev.starttls.conformance;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.domain.Domain;
import dev.starttls.conformance.domain.DomainExpansion;
import dev.starttls.conformance.domain.DomainJudge;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The domains of a run. Each server is checked once, however many domains have it; a domain is judged when the last of its servers has
 * its report. Safe for use by several threads.
 */
final class DomainReports {
    /**
     * How many servers are remembered whose domains are all judged: a list of targets may have no end. One that was forgotten is
     * checked again.
     */
    private static final int REMEMBERED = 2_000;

    private final DomainExpansion expansion;
    private final DomainJudge judge;
    private final Map<String, TargetReport> known = new Recent<>();
    private final Set<String> underway = new HashSet<>();
    private final Set<String> leftOut = Collections.newSetFromMap(new Recent<>());
    private final List<Waiting> waiting = new ArrayList<>();

    private static final class Recent<V> extends LinkedHashMap<String, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > REMEMBERED;
        }
    }

    /** A domain with servers that have no report yet. */
    private record Waiting(Domain domain, Map<String, TargetReport> reports, Set<String> missing) {}

    DomainReports(DomainExpansion expansion, DomainJudge judge) {
        this.expansion = expansion;
        this.judge = judge;
    }

    /** Finds the servers of a domain; returns those that are to be checked, which are neither checked nor being checked. */
    List<Target> begin(DomainTarget target) {
        Domain domain = expansion.expand(target);
        synchronized (this) {
            Waiting one = new Waiting(domain, new HashMap<>(), new HashSet<>());
            List<Target> fresh = new ArrayList<>();
            for (Target server : domain.targets()) {
                String key = Domain.key(server);
                Optional<TargetReport> before = Optional.ofNullable(known.get(key));
                if (before.isPresent()) {
                    one.reports().put(key, before.get());
                } else if (!leftOut.contains(key) && one.missing().add(key) && underway.add(key)) {
                    fresh.add(server);
                }
            }
            waiting.add(one);
            return fresh;
        }
    }

    /** Whether a domain has this server, and it has no report yet. */
    synchronized boolean awaits(Target server) {
        return underway.contains(Domain.key(server));
    }

    /** Takes the report of a server, whether a domain has it or not. */
    synchronized void done(TargetReport report) {
        if (!(report.target() instanceof Target target) || !underway.remove(Domain.key(target))) {
            return;
        }
        String key = Domain.key(target);
        TargetReport kept = brief(report);
        known.put(key, kept);
        for (Waiting one : waiting) {
            if (one.missing().remove(key)) {
                one.reports().put(key, kept);
            }
        }
    }

    /** This server will have no report: it is on a list of servers that are not asked. */
    synchronized void leftOut(Target server) {
        String key = Domain.key(server);
        leftOut.add(key);
        underway.remove(key);
        waiting.forEach(one -> one.missing().remove(key));
    }

    /** The domains whose servers all have their reports, judged, in the order in which they were begun; each once. */
    List<TargetReport> complete() {
        List<Waiting> ready;
        synchronized (this) {
            ready = waiting.stream().filter(one -> one.missing().isEmpty()).toList();
            waiting.removeAll(ready);
        }
        return ready.stream()
                .map(one -> judge.judge(one.domain(), one.reports()))
                .toList();
    }

    /** All that are left, whose missing servers will have no report: the run was ended, for instance. */
    List<TargetReport> remaining() {
        synchronized (this) {
            waiting.forEach(one -> one.missing().clear());
        }
        return complete();
    }

    /** Without the transcripts, which are the most of it. */
    private static TargetReport brief(TargetReport report) {
        List<CheckResult> results = report.results().stream()
                .map(result -> new CheckResult(result.check(), result.verdict(), List.of(), result.took()))
                .toList();
        return new TargetReport(
                report.target(),
                report.started(),
                report.took(),
                report.survey(),
                List.of(),
                results,
                Optional.empty());
    }
}
