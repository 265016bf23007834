package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Matrix;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Judges a domain whose servers have been checked. */
public final class DomainJudge {
    private static final String NO_MAIL = "the domain takes no mail";

    private final DomainSettings settings;
    private final Selection selection;

    /**
     * Judges by these settings.
     *
     * @param selection the checks to judge by
     */
    public DomainJudge(DomainSettings settings, Selection selection) {
        this.settings = settings;
        this.selection = selection;
    }

    /**
     * The report of a domain.
     *
     * @param reports of its servers, by {@link DomainHost#target}; one that is missing was not checked
     */
    public TargetReport judge(Domain domain, Map<String, TargetReport> reports) {
        long begun = System.nanoTime();
        List<DomainHost> hosts = domain.hosts().stream()
                .map(host -> Optional.ofNullable(reports.get(Domain.key(host.target())))
                        .filter(report -> host.unchecked().isEmpty())
                        .map(host::with)
                        .orElse(host))
                .toList();
        DomainFacts facts = new DomainFacts(domain.with(hosts), settings);
        List<CheckResult> results = new ArrayList<>();
        List<Matrix.Row> rows = new ArrayList<>();
        for (DomainRule rule : DomainTopic.rules()) {
            if (selection.takes(rule.check())) {
                long since = System.nanoTime();
                Matrix.Row row = row(rule, facts);
                rows.add(row);
                results.add(new CheckResult(
                        rule.check(),
                        verdict(rule, row, facts),
                        List.of(),
                        Duration.ofNanos(System.nanoTime() - since)));
            }
        }
        rows.addAll(own(hosts));
        Matrix matrix = new Matrix(
                hosts.stream()
                        .map(host -> new Matrix.Host(host.target(), host.role(), host.unchecked()))
                        .toList(),
                rows);
        Duration took = Duration.between(domain.started(), Instant.now());
        return new TargetReport(
                domain.target(),
                domain.started(),
                took.isNegative() ? Duration.ofNanos(System.nanoTime() - begun) : took,
                new Survey(List.of(), Optional.empty(), unasked(domain, hosts, results), notes(domain, matrix)),
                List.of(),
                results,
                Optional.empty(),
                Optional.of(matrix));
    }

    /** Why nothing is known, where no row is of the domain itself; a domain that takes no mail may have no server to be asked. */
    private static Optional<String> unasked(Domain domain, List<DomainHost> hosts, List<CheckResult> results) {
        boolean asked = hosts.stream().anyMatch(host -> host.report().isPresent());
        boolean known = domain.services().flatMap(Services::failure).isEmpty();
        if (asked || !results.isEmpty() || (domain.refusesMail() && hosts.isEmpty() && known)) {
            return Optional.empty();
        }
        String why = hosts.isEmpty()
                ? "none is known"
                : hosts.stream()
                        .map(host -> host.target().url() + " " + host.problem().orElse("was not checked"))
                        .distinct()
                        .collect(Collectors.joining("; "));
        return Optional.of("none of the domain's servers was asked: " + why);
    }

    private static List<String> notes(Domain domain, Matrix matrix) {
        List<String> notes = new ArrayList<>(domain.notes());
        List<Matrix.Host> failed = matrix.withStatus(Status.FAIL);
        if (!failed.isEmpty()) {
            notes.add("failed checks of their own, which their reports explain: "
                    + failed.stream()
                            .map(host -> host.target().url())
                            .distinct()
                            .collect(Collectors.joining(", ")));
        }
        return notes;
    }

    private static Matrix.Row row(DomainRule rule, DomainFacts facts) {
        List<Optional<Verdict>> cells = new ArrayList<>();
        Optional<Verdict> whole = Optional.empty();
        if (rule instanceof DomainRule.OfDomain ofDomain) {
            boolean moot = facts.domain().refusesMail() && !rule.check().id().matches("DNS-S-(01|04|18)");
            whole = Optional.of(moot ? Verdict.skip(NO_MAIL) : ofDomain.judge().apply(facts));
        }
        for (DomainHost host : facts.domain().hosts()) {
            Optional<Verdict> cell = Optional.empty();
            if (rule instanceof DomainRule.OfHost ofHost) {
                cell = Optional.of(ofHost.judge().apply(facts, host));
            } else if (rule instanceof DomainRule.OfMx ofMx && host.use() == DomainHost.Use.MX) {
                cell = Optional.of(ofMx.judge().apply(facts, host));
            } else if (rule instanceof DomainRule.OfService ofService && host.use() == DomainHost.Use.SERVICE) {
                cell = Optional.of(ofService.judge().apply(facts, host));
            }
            cells.add(cell.map(verdict -> verdict.at(rule.check().level())));
        }
        return new Matrix.Row(
                rule.check(), whole.map(verdict -> verdict.at(rule.check().level())), cells);
    }

    private static Verdict verdict(DomainRule rule, Matrix.Row row, DomainFacts facts) {
        if (row.domain().isPresent()) {
            return row.domain().get();
        }
        Map<DomainHost, Verdict> byHost = new LinkedHashMap<>();
        for (int i = 0; i < row.hosts().size(); i++) {
            DomainHost host = facts.domain().hosts().get(i);
            row.hosts().get(i).ifPresent(verdict -> byHost.put(host, verdict));
        }
        if (byHost.isEmpty() && rule instanceof DomainRule.OfService) {
            return Verdict.skip("no servers for users are known (DNS-S-18)");
        }
        if (byHost.isEmpty()) {
            return facts.domain().refusesMail()
                    ? Verdict.skip(NO_MAIL)
                    : Verdict.undecided("the domain's servers are not known (DNS-S-01)");
        }
        return Verdicts.of(byHost);
    }

    /** The servers' own checks. */
    private static List<Matrix.Row> own(List<DomainHost> hosts) {
        Map<String, Check> checks = new TreeMap<>();
        for (DomainHost host : hosts) {
            host.report().ifPresent(report -> report.results()
                    .forEach(result -> checks.putIfAbsent(result.check().id(), result.check())));
        }
        List<Matrix.Row> rows = new ArrayList<>();
        checks.forEach((id, check) -> rows.add(new Matrix.Row(
                check,
                Optional.empty(),
                hosts.stream()
                        .map(host -> host.report().flatMap(report -> report.results().stream()
                                .filter(result -> result.check().id().equals(id))
                                .map(CheckResult::verdict)
                                .findFirst()))
                        .toList())));
        return rows;
    }
}
