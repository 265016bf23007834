package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.report.Conclusion;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.TestedClient;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The values of the template of one target.
 *
 * @param anchor its id on the page
 * @param problem why it was not checked, or what became of it, if the verdict does not say so
 * @param client what was judged, if it is a client
 * @param notes what else is to be known of the run
 * @param unit what it was judged by: a check or a case
 * @param matrix the servers of a domain by checks
 * @param versions each version of TLS that the suite tried; empty if it tried none
 * @param failures the checks that failed, for the lines after the verdict; if none fails the run, those that are excused
 * @param attention the checks that did not pass, the worst first
 * @param rest the checks that passed or were skipped
 */
record TargetView(
        String anchor,
        String url,
        TargetVerdict verdict,
        Optional<String> problem,
        List<Count> counts,
        String started,
        String took,
        Optional<TestedClient> client,
        List<String> notes,
        String unit,
        Optional<HandshakeResult.Done> tls,
        List<CertificateFacts> certificates,
        Optional<SequenceDiagram> diagram,
        TranscriptView dialogue,
        TimeLine timeLine,
        Optional<MatrixView> matrix,
        List<VersionView> versions,
        List<CheckView> failures,
        List<CheckView> attention,
        List<CheckView> rest) {

    private static final DateTimeFormatter STARTED = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final List<Status> ORDER =
            List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE, Status.PASS, Status.SKIP);
    private static final List<Status> ATTENTION = List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE);
    private static final List<Status> REST = List.of(Status.PASS, Status.SKIP);

    TargetView {
        counts = List.copyOf(counts);
        notes = List.copyOf(notes);
        certificates = List.copyOf(certificates);
        versions = List.copyOf(versions);
        failures = List.copyOf(failures);
        attention = List.copyOf(attention);
        rest = List.copyOf(rest);
    }

    /**
     * How many checks have one status.
     *
     * @param from where its part of the bar begins, in percent
     * @param width of its part, in percent
     */
    record Count(StatusStyle status, String word, long n, String from, String width) {
        boolean any() {
            return n > 0;
        }
    }

    /** The target with this number on the page, from 1. */
    static TargetView of(int number, TargetReport report) {
        String anchor = "target-" + number;
        TargetVerdict verdict = TargetVerdict.of(report);
        return new TargetView(
                anchor,
                report.target().url(),
                verdict,
                report.survey().problem().filter(problem -> !problem.equals(verdict.sentence())),
                counts(report),
                STARTED.format(report.started()),
                String.format(Locale.ROOT, "%.1f s", report.took().toMillis() / 1000.0),
                report.target() instanceof TestedClient client ? Optional.of(client) : Optional.empty(),
                report.survey().notes(),
                report.target().kind().unit(),
                report.survey().tls(),
                report.survey()
                        .tls()
                        .map(done ->
                                done.chain().stream().map(CertificateFacts::of).toList())
                        .orElse(List.of()),
                SequenceDiagram.of(report.dialogue()),
                TranscriptView.of(report.dialogue()),
                TimeLine.of(report.survey().phases()),
                report.matrix().map(MatrixView::of),
                report.inventory()
                        .map(inventory -> inventory.versions().stream()
                                .map(VersionView::of)
                                .toList())
                        .orElse(List.of()),
                Conclusion.of(report).failures().stream()
                        .map(failure -> CheckView.of(anchor, failure))
                        .toList(),
                checks(anchor, report, ATTENTION),
                checks(anchor, report, REST));
    }

    private static List<Count> counts(TargetReport report) {
        List<Count> counts = new ArrayList<>();
        long before = 0;
        int all = report.results().size();
        for (Status status : ORDER) {
            long n = report.count(status);
            counts.add(new Count(StatusStyle.of(status), word(status), n, percent(before, all), percent(n, all)));
            before += n;
        }
        return counts;
    }

    private static String word(Status status) {
        return switch (status) {
            case PASS -> "passed";
            case FAIL -> "failed";
            case WARN -> "warned";
            case SKIP -> "skipped";
            case INCONCLUSIVE -> "inconclusive";
        };
    }

    private static String percent(long part, int all) {
        return String.format(Locale.ROOT, "%.3f", all == 0 ? 0 : 100.0 * part / all);
    }

    private static List<CheckView> checks(String anchor, TargetReport report, List<Status> statuses) {
        List<CheckView> views = new ArrayList<>();
        for (Status status : statuses) {
            for (CheckResult result : report.results()) {
                if (result.verdict().status() == status) {
                    views.add(CheckView.of(anchor, result));
                }
            }
        }
        return views;
    }

    boolean noted() {
        return !notes.isEmpty();
    }

    boolean checked() {
        return !attention.isEmpty() || !rest.isEmpty();
    }

    boolean phased() {
        return !timeLine.bars().isEmpty();
    }

    boolean inventoried() {
        return !versions.isEmpty();
    }

    /** The versions that the server speaks, for the lists of what it accepts. */
    List<VersionView> accepted() {
        return versions.stream().filter(VersionView::accepted).toList();
    }

    boolean flawed() {
        return !attention.isEmpty();
    }

    boolean good() {
        return !rest.isEmpty();
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    /** What the overview needs of it. */
    Brief brief() {
        return new Brief(anchor, url, verdict, counts, tls.map(HandshakeResult.Done::version));
    }

    /** A target in the overview: all that is kept in memory once its section is written. */
    record Brief(String anchor, String url, TargetVerdict verdict, List<Count> counts, Optional<String> version) {
        Brief {
            counts = List.copyOf(counts);
        }
    }
}
