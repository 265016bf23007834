package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Change;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Comparison;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A table for people, followed by the evidence for everything that is not as it should be. */
public final class TextReport implements Report {
    /** Wide enough for a title on the line of its check, narrow enough to read. */
    private static final int MAX_WIDTH = 110;

    /** A narrower table is unreadable; a narrower terminal wraps the lines itself. */
    private static final int MIN_WIDTH = 80;

    private static final int FIRST_ENTRIES = 40;
    private static final int LAST_ENTRIES = 60;
    private static final Set<Status> WITH_EVIDENCE = Set.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE);
    private static final String ROW_INDENT = " ".repeat(30);

    private final PrintStream out;
    private final Style style;
    private final int width;

    /** For a file or a pipe, as wide as is readable. */
    public TextReport(PrintStream out, Style style) {
        this(out, style, MAX_WIDTH);
    }

    /**
     * For a terminal.
     *
     * @param columns how many it has; not more are used than are readable
     */
    public TextReport(PrintStream out, Style style, int columns) {
        this.out = out;
        this.style = style;
        this.width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, columns));
    }

    @Override
    public void add(TargetReport report) {
        line("");
        line(style.strong(report.target().url())
                + report.target()
                        .address()
                        .map(address -> "  at " + address.getHostAddress())
                        .orElse(""));
        report.survey().problem().ifPresent(problem -> wrapped("  ", problem));
        if (report.survey().problem().isPresent() && report.results().isEmpty()) {
            line("  No checks were run.");
        } else {
            session(report.survey());
            report.inventory().ifPresent(this::accepted);
            table(report.results());
            skipped(report.results());
            evidence(report.results());
            summary(report);
        }
        out.flush();
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
                        () -> line("  TLS          no TLS session; the checks say why"));
    }

    /** A version with the same lists as a newer one is printed together with it. */
    private void accepted(TlsInventory inventory) {
        Map<TlsInventory.Version, List<String>> namesByLists = new LinkedHashMap<>();
        for (TlsInventory.Version version : inventory.versions()) {
            if (version.accepted()) {
                TlsInventory.Version lists = new TlsInventory.Version(
                        "", version.extent(), version.suites(), version.preference(), version.groups());
                namesByLists.computeIfAbsent(lists, same -> new ArrayList<>()).add(version.name());
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

    private void table(List<CheckResult> results) {
        String family = "";
        for (CheckResult result : results) {
            if (result.verdict().status() == Status.SKIP) {
                continue;
            }
            Check check = result.check();
            String now = check.family();
            if (!now.equals(family)) {
                family = now;
                line("");
                line("  " + style.strong(family));
            }
            String level = check.level().key();
            wrapped(
                    "  " + style.status(result.verdict().status()) + "  " + pad(check.id(), 12) + pad(level, 10),
                    ROW_INDENT.length(),
                    check.title());
            if (result.verdict().status() != Status.PASS) {
                wrapped(ROW_INDENT, result.verdict().detail());
            }
            remarks(result);
        }
    }

    /** Whether the user accepts it, and what changed since the baseline. */
    private void remarks(CheckResult result) {
        result.accepted().ifPresent(reason -> {
            boolean needless = result.verdict().status() == Status.PASS;
            wrapped(ROW_INDENT, (needless ? "it passes, and need not be accepted: " : "accepted: ") + reason);
        });
        result.comparison()
                .filter(comparison -> comparison.change() != Change.SAME
                        || WITH_EVIDENCE.contains(result.verdict().status()))
                .ifPresent(comparison -> wrapped(ROW_INDENT, change(comparison)));
    }

    private static String change(Comparison comparison) {
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
            case SAME -> "as in the baseline";
        };
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
                .filter(result -> WITH_EVIDENCE.contains(result.verdict().status()))
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
        line("  "
                + style.strong(report.count(Status.PASS) + " passed, " + report.count(Status.FAIL) + " failed, "
                        + report.count(Status.WARN) + " warned, " + report.count(Status.SKIP) + " skipped, "
                        + report.count(Status.INCONCLUSIVE) + " inconclusive")
                + String.format(Locale.ROOT, " in %.1f s:", report.took().toMillis() / 1000.0));
        changes(report);
        wrapped("  ", conclusion(report));
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

    /** Claims nothing of a level of which no check was run. */
    private static String conclusion(TargetReport report) {
        List<String> violated = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        List<String> omitted = new ArrayList<>();
        if (ran(report, Level.MUST)) {
            violated.add("violates a MUST");
            kept.add("no MUST");
        } else {
            omitted.add("the checks of a MUST");
        }
        if (ran(report, Level.SECURITY)) {
            violated.add("is vulnerable");
            kept.add("no security check");
        } else {
            omitted.add("security checks");
        }
        List<String> sentences = new ArrayList<>();
        if (report.outcome() == Outcome.FAILED) {
            sentences.add("the server " + String.join(" or ", violated));
        } else if (!kept.isEmpty()) {
            String failed = report.count(Status.FAIL) == 0 ? " failed" : " failed that is neither accepted nor known";
            sentences.add(String.join(" and ", kept) + failed);
        }
        if (!omitted.isEmpty()) {
            sentences.add(String.join(" and ", omitted) + " were not run (--level, --only, --skip)");
        }
        String open = report.count(Status.INCONCLUSIVE) > 0 ? " What is inconclusive is not known to be good." : "";
        return String.join("; ", sentences) + "." + open;
    }

    private static boolean ran(TargetReport report, Level level) {
        return report.results().stream().anyMatch(result -> result.check().level() == level);
    }

    /** Lines of at most the width; the first begins with the prefix, the others with as many spaces. */
    private void wrapped(String prefix, String text) {
        wrapped(prefix, prefix.length(), text);
    }

    /** The same for a prefix of this visible width; colour codes have none. */
    private void wrapped(String prefix, int indent, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder now = new StringBuilder(prefix);
        int column = indent;
        for (String word : Visible.of(text).split(" ", -1)) {
            boolean first = column == indent;
            if (!first && column + 1 + word.length() > width) {
                lines.add(now.toString());
                now = new StringBuilder(" ".repeat(indent));
                column = indent;
                first = true;
            }
            now.append(first ? "" : " ").append(word);
            column += (first ? 0 : 1) + word.length();
        }
        lines.add(now.toString());
        lines.forEach(this::line);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private void line(String text) {
        out.print(text + "\n");
    }

    @Override
    public void close() {
        out.flush();
    }
}
