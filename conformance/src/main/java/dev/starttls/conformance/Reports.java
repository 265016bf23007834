package dev.starttls.conformance;

import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.JunitReport;
import dev.starttls.conformance.report.Report;
import dev.starttls.conformance.report.SarifReport;
import dev.starttls.conformance.report.Style;
import dev.starttls.conformance.report.TextReport;
import dev.starttls.conformance.report.html.HtmlReport;
import dev.starttls.conformance.run.TargetReport;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reports asked for with --format, and where each is written. */
final class Reports implements AutoCloseable {
    static final List<String> FORMATS = List.of("text", "json", "ndjson", "junit", "sarif", "html");

    private final List<Report> reports = new ArrayList<>();
    private final Map<String, PrintStream> files = new LinkedHashMap<>();

    private Reports() {}

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
        List<ReportFile> wanted = new ArrayList<>();
        for (String format : formats.isEmpty() ? List.of("text") : formats) {
            ReportFile next = ReportFile.parse(format);
            for (ReportFile other : wanted) {
                if (next.shares(other)) {
                    throw new UsageException("two formats cannot share "
                            + next.file().map(Path::toString).orElse("standard output")
                            + ": write one to another file, as in --format " + next.format() + "=FILE");
                }
            }
            for (Path one : read) {
                if (next.overwrites(one)) {
                    throw new UsageException("--format " + format + " would overwrite a file that this run reads");
                }
            }
            wanted.add(next);
        }
        Reports all = new Reports();
        try {
            for (ReportFile next : wanted) {
                all.add(next, environment, columns);
            }
        } catch (UnwritableReportException e) {
            all.files.values().forEach(PrintStream::close);
            throw e;
        }
        return all;
    }

    private void add(ReportFile wanted, CommandEnvironment environment, int columns) throws UnwritableReportException {
        PrintStream to = wanted.file().isPresent() ? file(wanted.file().get()) : environment.out();
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

    private PrintStream file(Path path) throws UnwritableReportException {
        try {
            PrintStream file = new PrintStream(new FileOutputStream(path.toFile()), false, StandardCharsets.UTF_8);
            files.put(path.toString(), file);
            return file;
        } catch (IOException e) {
            throw new UnwritableReportException(e);
        }
    }

    void add(TargetReport report) {
        reports.forEach(one -> one.add(report));
    }

    /** The names of the files if nothing is written to standard output; empty if something is. */
    List<String> filesAlone() {
        return files.size() == reports.size() ? List.copyOf(files.keySet()) : List.of();
    }

    /** The name of a file that can no longer be written. */
    Optional<String> lost() {
        return files.entrySet().stream()
                .filter(file -> file.getValue().checkError())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @Override
    public void close() {
        reports.forEach(Report::close);
        files.values().forEach(PrintStream::close);
    }
}
