package dev.starttls.conformance;

import dev.starttls.conformance.report.SurveyJson;
import dev.starttls.conformance.report.SurveyReport;
import dev.starttls.conformance.report.SurveyText;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.survey.SurveyResult;
import dev.starttls.conformance.survey.SurveyRun;
import dev.starttls.conformance.survey.SurveyTally;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The output of a survey. */
final class SurveyResults extends Results implements SurveyRun.Sink {
    static final List<String> FORMATS = List.of("text", "json", "ndjson");

    private final ReportStreams streams;
    private final List<SurveyReport> reports = new ArrayList<>();
    private final SurveyTally tally = new SurveyTally();

    private SurveyResults(ReportStreams streams, CommandEnvironment environment) {
        super(environment);
        this.streams = streams;
    }

    /**
     * Opens the reports.
     *
     * @param read the files that the run reads, which no report may overwrite
     * @param continued the file of an earlier run to whose end ndjson is added if it goes there
     * @throws UsageException if a format is not one of a survey's, or they cannot be written together
     * @throws UnwritableReportException if a file cannot be created
     */
    static SurveyResults open(
            List<String> formats, Collection<Path> read, Optional<Path> continued, CommandEnvironment environment)
            throws UsageException, UnwritableReportException {
        List<ReportFile> wanted = ReportStreams.wanted(formats, read, continued);
        for (ReportFile one : wanted) {
            if (!FORMATS.contains(one.format())) {
                throw new UsageException("--survey writes " + String.join(", ", FORMATS) + ", not " + one.format());
            }
        }
        ReportStreams streams = new ReportStreams(environment, continued);
        SurveyResults results = new SurveyResults(streams, environment);
        try {
            for (ReportFile one : wanted) {
                results.add(one.format(), streams.open(one));
            }
        } catch (UnwritableReportException e) {
            streams.close();
            throw e;
        }
        return results;
    }

    private void add(String format, PrintStream to) {
        reports.add(
                switch (format) {
                    case "json" -> SurveyJson.indented(to);
                    case "ndjson" -> SurveyJson.lines(to);
                    default -> new SurveyText(to);
                });
    }

    SurveyTally tally() {
        return tally;
    }

    @Override
    public boolean add(SurveyResult result) {
        return askAlone(() -> {
            if (!open()) {
                return false;
            }
            erase();
            reports.forEach(report -> report.add(result));
            if (lost()) {
                close();
                return false;
            }
            tally.done(result);
            count(result.status().answered() ? Outcome.PASSED : Outcome.UNREACHABLE);
            return true;
        });
    }

    @Override
    Optional<ReportStreams.Loss> loss() {
        return streams.loss();
    }

    @Override
    void complete() {
        streams.close();
    }

    @Override
    String lastWords(boolean alone) {
        if (alone) {
            close();
        }
        return tally.description() + "; " + tally.unfinished() + " started and not finished"
                + (alone ? "" : "; the last result may be incomplete, because its reader does not read it");
    }

    /** No result will follow; says how many there are of each status. Calling it again has no effect. */
    void end() {
        alone(() -> {
            if (open()) {
                close();
                say(tally.description());
            }
        });
    }
}
