package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Change;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Comparison;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import dev.starttls.conformance.target.TestedClient;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A table for people, followed by the evidence for everything that is not as it should be. */
public final class TextReport implements Report {
    /** On a narrower terminal titles begin on a line of their own. */
    private static final int TABLE_WIDTH = 80;

    private static final int FIRST_ENTRIES = 40;
    private static final int LAST_ENTRIES = 60;
    private static final int ROW_INDENT = 30;
    private static final int NARROW_INDENT = 8;

    /** How many servers have a line at the end: a list of targets may have no end, and the lines are kept in memory. */
    private static final int MAX_SERVERS = 1000;

    /** How many ids of failed checks such a line has. */
    private static final int MAX_IDS = 6;

    private final PrintStream out;
    private final Style style;
    private final int width;
    private final Totals totals = new Totals();
    private final List<Server> servers = new ArrayList<>();

    /** A server's line at the end. */
    private record Server(Status mark, String text) {}

    /** For a file or a pipe, as wide as is readable. */
    public TextReport(PrintStream out, Style style) {
        this(out, style, WrappedText.MAX_WIDTH);
    }

    /**
     * For a terminal.
     *
     * @param columns how many it has; not more are used than are readable
     */
    public TextReport(PrintStream out, Style style, int columns) {
        this.out = out;
        this.style = style;
        this.width = WrappedText.width(columns);
    }

    @Override
    public void add(TargetReport report) {
        line("");
        String address = report.target()
                .address()
                .map(each -> "  at " + each.getHostAddress())
                .orElse("");
        line(style.strong(report.target().url()) + address);
        if (report.target() instanceof TestedClient client) {
            wrapped("  policy       ", client.policy());
            client.command().ifPresent(command -> wrapped("  command      ", command));
        }
        Conclusion conclusion = Conclusion.of(report);
        totals.add(conclusion);
        if (servers.size() < MAX_SERVERS) {
            servers.add(new Server(
                    mark(conclusion.reliance()), report.target().url() + address + "  " + brief(conclusion)));
        }
        verdict(report, conclusion);
        if (report.survey().problem().isPresent() && report.results().isEmpty()) {
            line("  No " + report.target().kind().unit() + "s were run.");
            report.unknown().ifPresent(unknown -> wrapped("  ", unknown + "."));
        } else {
            if (report.target().kind() == Subject.Kind.SERVER) {
                session(report.survey());
            }
            report.survey().notes().forEach(note -> wrapped("  note         ", note));
            report.matrix()
                    .ifPresent(
                            matrix -> new MatrixText(style, width).lines(matrix).forEach(this::line));
            report.inventory().ifPresent(this::accepted);
            table(report.results());
            allowed(report.results());
            skipped(report.results());
            report.inventory().ifPresent(this::suites);
            evidence(report.results());
            summary(report);
        }
        out.flush();
    }

    /** The first screen: may I rely on this server, and if not, what is to be done. */
    private void verdict(TargetReport report, Conclusion conclusion) {
        wrapped("  ", conclusion.sentence());
        report.survey()
                .problem()
                .filter(problem -> !conclusion.sentence().contains(problem))
                .ifPresent(problem -> wrapped("  ", problem));
        List<CheckResult> failures = conclusion.failures();
        for (int i = 0; i < failures.size(); i++) {
            Check check = failures.get(i).check();
            String excuse = failures.get(i).excuse().map(why -> ", " + why).orElse("");
            wrapped(
                    "  " + style.status(Status.FAIL) + "  ",
                    NARROW_INDENT,
                    check.title() + " (" + check.id() + ")" + excuse);
            // One fix for all that it fixes.
            boolean last = i == failures.size() - 1
                    || !failures.get(i + 1).check().fix().equals(check.fix());
            if (last && !check.fix().isEmpty()) {
                wrapped(" ".repeat(NARROW_INDENT), "Fix: " + Conclusion.brief(check.fix()));
            }
        }
        line("");
    }

    private static Status mark(Reliance reliance) {
        return switch (reliance) {
            case YES -> Status.PASS;
            case KNOWN_FAILURES -> Status.WARN;
            case NO -> Status.FAIL;
            case UNKNOWN -> Status.INCONCLUSIVE;
        };
    }

    private static String brief(Conclusion conclusion) {
        List<CheckResult> failures = conclusion.failures();
        if (failures.isEmpty()) {
            // Of a server that passed as far as that goes, when checks that decide were not run.
            boolean claimed = conclusion.reliance() != Reliance.UNKNOWN
                    || !conclusion.key().equals("pass");
            return claimed ? conclusion.words() : "Not known: checks were left out";
        }
        String ids = failures.stream()
                .limit(MAX_IDS)
                .map(failure -> failure.check().id())
                .collect(Collectors.joining(", "));
        int more = failures.size() - MAX_IDS;
        return conclusion.words() + ": " + ids + (more > 0 ? " and " + more + " more" : "");
    }

    private void session(Survey survey) {
        wrapped(
                "  session      ",
                survey.phases().stream()
                        .map(phase -> phase.name().toLowerCase(Locale.ROOT)
                                + String.format(
                                        Locale.ROOT, " %.1f ms", phase.took().toNanos() / 1e6))
                        .collect(Collectors.joining(", ")));
        survey.tls()
                .ifPresentOrElse(
                        done -> {
                            wrapped("  TLS          ", done.version() + " " + done.suite());
                            done.chain().stream()
                                    .findFirst()
                                    .map(CertificateFacts::of)
                                    .ifPresent(facts -> {
                                        wrapped(
                                                "  certificate  ",
                                                facts.subject()
                                                        + (facts.names().isEmpty()
                                                                ? ""
                                                                : " for " + String.join(", ", facts.names())));
                                        wrapped(
                                                " ".repeat(15),
                                                facts.key() + ", until " + facts.notAfter() + ", issued by "
                                                        + facts.issuer());
                                    });
                        },
                        () -> wrapped("  TLS          ", "no TLS session; the checks say why"));
    }

    /** A version with the same lists as a newer one is printed together with it. */
    private void accepted(TlsInventory inventory) {
        Map<TlsInventory.Version, List<String>> namesByLists = new LinkedHashMap<>();
        for (TlsInventory.Version version : inventory.versions()) {
            if (version.accepted()) {
                namesByLists
                        .computeIfAbsent(unnamed(version), same -> new ArrayList<>())
                        .add(version.name());
            }
        }
        String indent = "  accepts      ";
        for (Map.Entry<TlsInventory.Version, List<String>> each : namesByLists.entrySet()) {
            wrapped(indent, String.join(", ", each.getValue()) + ": " + lists(each.getKey()));
            indent = " ".repeat(indent.length());
        }
    }

    /** The number of entries, and the first; the other formats have all. */
    private static String lists(TlsInventory.Version version) {
        String order =
                switch (version.preference()) {
                    case SERVER -> ", the server's order decides";
                    case CLIENT -> ", the client's order decides";
                    case UNKNOWN -> "";
                };
        String more = version.extent() == TlsInventory.Extent.PARTIAL ? ", perhaps more" : "";
        return counted(version.suites(), "suite")
                + more
                + order
                + (version.groups().isEmpty() ? "" : "; " + counted(version.groups(), "group"));
    }

    private static String counted(List<String> names, String noun) {
        return switch (names.size()) {
            case 0 -> "no " + noun + " listed";
            case 1 -> names.get(0) + " alone";
            default -> names.size() + " " + noun + "s, " + names.get(0) + " first";
        };
    }

    /** All suites and groups of each version; one with the same lists as a newer one refers to it. */
    private void suites(TlsInventory inventory) {
        Map<TlsInventory.Version, String> namesByLists = new LinkedHashMap<>();
        for (TlsInventory.Version version : inventory.versions()) {
            if (!version.accepted()) {
                continue;
            }
            line("");
            line("  " + style.strong(version.name()));
            TlsInventory.Version lists = unnamed(version);
            String same = namesByLists.putIfAbsent(lists, version.name());
            if (same != null) {
                wrapped("  ", "as " + same);
                continue;
            }
            wrapped("  suites  ", version.suites().isEmpty() ? "not listed" : String.join(", ", version.suites()));
            wrapped("  groups  ", version.groups().isEmpty() ? "not listed" : String.join(", ", version.groups()));
        }
    }

    private static TlsInventory.Version unnamed(TlsInventory.Version version) {
        return new TlsInventory.Version("", version.extent(), version.suites(), version.preference(), version.groups());
    }

    private void table(List<CheckResult> results) {
        if (results.stream().anyMatch(result -> result.verdict().status() == Status.INCONCLUSIVE)) {
            line("");
            wrapped(
                    "  " + style.status(Status.INCONCLUSIVE) + " ",
                    NARROW_INDENT - 1,
                    "is inconclusive: it could not be observed, and is not known to be good.");
        }
        String family = "";
        for (CheckResult result : results) {
            if (result.verdict().status() == Status.SKIP || result.verdict().isAllowed()) {
                continue;
            }
            Check check = result.check();
            String now = check.family();
            if (!now.equals(family)) {
                family = now;
                line("");
                line("  " + style.strong(family));
            }
            row(result);
            if (result.verdict().status() != Status.PASS) {
                wrapped(detailIndent(), result.verdict().detail());
            }
            Remarks.of(result).forEach(remark -> wrapped(detailIndent(), remark));
        }
    }

    private String detailIndent() {
        return " ".repeat(width < TABLE_WIDTH ? NARROW_INDENT : ROW_INDENT);
    }

    private void row(CheckResult result) {
        Check check = result.check();
        String head = "  " + style.status(result.verdict().status()) + "  ";
        if (width < TABLE_WIDTH) {
            line(head + check.id() + " " + check.level().key());
            wrapped(" ".repeat(NARROW_INDENT), check.title());
        } else {
            wrapped(head + pad(check.id(), 12) + pad(check.level().key(), 10), ROW_INDENT, check.title());
        }
    }

    /** The warnings that the user expects, without their evidence: there can be as many as cases. */
    private void allowed(List<CheckResult> results) {
        List<CheckResult> allowed =
                results.stream().filter(result -> result.verdict().isAllowed()).toList();
        if (!allowed.isEmpty()) {
            line("");
            line("  " + style.strong("Allowed by this policy") + " (transcripts: --format json or html)");
            for (CheckResult result : allowed) {
                Check check = result.check();
                wrapped(
                        "  " + style.status(Status.WARN) + "  " + check.id() + "  ",
                        NARROW_INDENT,
                        check.title() + ": " + result.verdict().observation());
                Remarks.of(result).forEach(remark -> wrapped(" ".repeat(NARROW_INDENT), remark));
            }
        }
    }

    /** The skipped checks by reason, which often is the same for many. */
    private void skipped(List<CheckResult> results) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (CheckResult result : results) {
            if (result.verdict().status() == Status.SKIP) {
                byReason.computeIfAbsent(result.verdict().detail(), reason -> new ArrayList<>())
                        .add(result.check().id());
            }
        }
        if (!byReason.isEmpty()) {
            line("");
            line("  " + style.strong("Skipped"));
            byReason.forEach((reason, ids) -> {
                wrapped("  " + style.status(Status.SKIP) + "  ", 8, reason + ":");
                wrapped(" ".repeat(8), String.join(" ", ids));
            });
        }
    }

    private void evidence(List<CheckResult> results) {
        List<CheckResult> bad = results.stream()
                .filter(result ->
                        Remarks.WITH_EVIDENCE.contains(result.verdict().status()))
                .filter(result -> !result.verdict().isAllowed())
                .toList();
        for (CheckResult result : bad) {
            Check check = result.check();
            line("");
            wrapped(
                    "  " + style.status(result.verdict().status()) + "  " + style.strong(check.id()) + "  ",
                    10 + check.id().length(),
                    check.title());
            wrapped("        ", check.clause() + ": " + result.verdict().detail() + ".");
            if (result.verdict().status() != Status.INCONCLUSIVE) {
                wrapped("  why   ", check.why());
                if (!check.fix().isEmpty()) {
                    wrapped("  fix   ", check.fix());
                }
            }
            transcript(result.transcript());
        }
    }

    /** The whole transcript if it is short; otherwise its beginning, and its end, which the verdict is about. */
    private void transcript(List<Transcript.Entry> entries) {
        int dropped = Math.max(0, entries.size() - FIRST_ENTRIES - LAST_ENTRIES);
        int from = dropped == 0 ? entries.size() : FIRST_ENTRIES;
        entries.subList(0, from).forEach(this::line);
        if (dropped > 0) {
            line("      " + style.faint("| ... " + dropped + " more; --format json has them"));
            entries.subList(from + dropped, entries.size()).forEach(this::line);
        }
    }

    private void line(Transcript.Entry entry) {
        line("      " + style.faint("| " + Visible.of(entry.toString())));
    }

    private void summary(TargetReport report) {
        line("");
        String counts = report.count(Status.PASS) + " passed, " + report.count(Status.FAIL) + " failed, "
                + report.count(Status.WARN) + " warned, " + report.count(Status.SKIP) + " skipped, "
                + report.count(Status.INCONCLUSIVE) + " inconclusive";
        String took = String.format(Locale.ROOT, "in %.1f s:", report.took().toMillis() / 1000.0);
        if (width < TABLE_WIDTH) {
            wrapped("  ", counts + " " + took);
        } else {
            line("  " + style.strong(counts) + " " + took);
        }
        changes(report);
        wrapped("  ", Conclusion.of(report).sentence());
        report.unknown().ifPresent(unknown -> wrapped("  ", unknown + "."));
    }

    private void changes(TargetReport report) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (CheckResult result : report.results()) {
            if (result.accepted().isPresent() && result.verdict().status() != Status.PASS) {
                counts.merge("accepted", 1, Integer::sum);
            }
        }
        for (Change change : Change.values()) {
            for (CheckResult result : report.results()) {
                if (result.comparison()
                        .map(Comparison::change)
                        .filter(change::equals)
                        .isPresent()) {
                    counts.merge(change.key().replace('-', ' '), 1, Integer::sum);
                }
            }
        }
        if (!counts.isEmpty()) {
            wrapped(
                    "  ",
                    counts.entrySet().stream()
                            .map(each -> each.getValue() + " " + each.getKey())
                            .collect(Collectors.joining(", ")));
        }
    }

    /** Lines of at most the width; the first begins with the prefix, the others with as many spaces. */
    private void wrapped(String prefix, String text) {
        wrapped(prefix, prefix.length(), text);
    }

    /** The same for a prefix of this visible width; colour codes have none. */
    private void wrapped(String prefix, int indent, String text) {
        WrappedText.lines(prefix, indent, text, width).forEach(this::line);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private void line(String text) {
        out.print(text + "\n");
    }

    @Override
    public void close() {
        if (totals.all() > 1) {
            line("");
            line(style.strong("All servers"));
            servers.forEach(server -> wrapped("  " + style.status(server.mark()) + "  ", NARROW_INDENT, server.text()));
            if (totals.all() > servers.size()) {
                line("  ... and " + (totals.all() - servers.size()) + " more; their reports are above");
            }
            wrapped("  ", totals.description() + ".");
        }
        out.flush();
    }
}
