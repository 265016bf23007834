package dev.starttls.conformance;

import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.JunitReport;
import dev.starttls.conformance.report.Report;
import dev.starttls.conformance.report.SarifReport;
import dev.starttls.conformance.report.Style;
import dev.starttls.conformance.report.TextReport;
import dev.starttls.conformance.report.html.HtmlReport;
import dev.starttls.conformance.run.TargetReport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The reports asked for with --format, and where each is written. */
final class Reports implements AutoCloseable {
    static final List<String> FORMATS = List.of("text", "json", "ndjson", "junit", "sarif", "html");

    private final List<Report> reports = new ArrayList<>();
    private final ReportStreams streams;

    private Reports(ReportStreams streams) {
        this.streams = streams;
    }

    /**
     * Opens them all, or none.
     *
     * @param read the files that the run reads, which no report may overwrite
     * @param columns the width of the terminal, if there is one
     * @throws UsageException if the formats cannot be written together, or would overwrite what is read
     * @throws UnwritableReportException if a file cannot be created
     */
    static Reports open(List<String> formats, Collection<Path> read, CommandEnvironment environment, int columns)
            throws UsageException, UnwritableReportException {
        return open(formats, read, Optional.empty(), environment, columns);
    }

    /**
     * The same to go on with an earlier run.
     *
     * @param continued the file of that run, to whose end ndjson is added if it goes there
     */
    static Reports open(
            List<String> formats,
            Collection<Path> read,
            Optional<Path> continued,
            CommandEnvironment environment,
            int columns)
            throws UsageException, UnwritableReportException {
        List<ReportFile> wanted = ReportStreams.wanted(formats, read, continued);
        Reports all = new Reports(new ReportStreams(environment, continued));
        try {
            for (ReportFile next : wanted) {
                all.add(next, environment, columns);
            }
        } catch (UnwritableReportException e) {
            all.streams.close();
            throw e;
        }
        return all;
    }

    private void add(ReportFile wanted, CommandEnvironment environment, int columns) throws UnwritableReportException {
        PrintStream to = streams.open(wanted);
        reports.add(
                switch (wanted.format()) {
                    case "json" -> JsonReport.indented(to);
                    case "ndjson" -> JsonReport.lines(to);
                    case "junit" -> new JunitReport(to);
                    case "sarif" -> new SarifReport(to);
                    case "html" -> new HtmlReport(to);
                    default -> wanted.file().isPresent() ? new TextReport(to, Style.PLAIN) : text(environment, columns);
                });
    }

    /** The text report, for a terminal or for a pipe. */
    private static Report text(CommandEnvironment environment, int columns) {
        Terminal terminal = environment.terminal();
        Style style = terminal.colour() ? Style.COLOUR : Style.PLAIN;
        return terminal.onScreen()
                ? new TextReport(environment.out(), style, columns)
                : new TextReport(environment.out(), style);
    }

    void add(TargetReport report) {
        reports.forEach(one -> one.add(report));
    }

    /** The names of the files if nothing is written to standard output; empty if something is. */
    List<String> filesAlone() {
        return streams.filesAlone();
    }

    /** What could not be written. */
    Optional<ReportStreams.Loss> loss() {
        return streams.loss();
    }

    @Override
    public void close() {
        reports.forEach(Report::close);
        streams.close();
    }
}
