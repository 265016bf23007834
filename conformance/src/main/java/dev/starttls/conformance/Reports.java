package dev.starttls.conformance;

import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.JunitReport;
import dev.starttls.conformance.report.Report;
import dev.starttls.conformance.report.Style;
import dev.starttls.conformance.report.TextReport;
import dev.starttls.conformance.report.html.HtmlReport;
import dev.starttls.conformance.run.TargetReport;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reports asked for with --format, and where each is written. */
final class Reports implements AutoCloseable {
    static final List<String> FORMATS = List.of("text", "json", "ndjson", "junit", "html");

    private final List<Report> reports = new ArrayList<>();
    private final Map<String, PrintStream> files = new LinkedHashMap<>();

    private Reports() {}

    /**
     * Opens them all.
     *
     * @param columns the width of the terminal, if there is one
     */
    static Reports open(List<String> formats, CommandEnvironment environment, int columns) throws UsageException {
        Reports all = new Reports();
        boolean standardOutputTaken = false;
        for (String format : formats.isEmpty() ? List.of("text") : formats) {
            int equals = format.indexOf('=');
            if (equals < 0) {
                if (standardOutputTaken) {
                    throw new UsageException("two formats cannot share standard output: write one to a file, as in"
                            + " --format " + format + "=FILE");
                }
                standardOutputTaken = true;
            }
            all.add(format, equals, environment, columns);
        }
        return all;
    }

    private void add(String format, int equals, CommandEnvironment environment, int columns) throws UsageException {
        String kind = equals < 0 ? format : format.substring(0, equals);
        if (!FORMATS.contains(kind)) {
            throw new UsageException("there is no format '" + kind + "'; there are " + String.join(", ", FORMATS));
        }
        PrintStream to = equals < 0 ? environment.out() : file(format.substring(equals + 1));
        reports.add(
                switch (kind) {
                    case "json" -> JsonReport.indented(to);
                    case "ndjson" -> JsonReport.lines(to);
                    case "junit" -> new JunitReport(to);
                    case "html" -> new HtmlReport(to);
                    default -> equals < 0 ? text(environment, columns) : new TextReport(to, Style.PLAIN);
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

    private PrintStream file(String name) throws UsageException {
        if (name.isEmpty()) {
            throw new UsageException("--format F= needs a file name after the '='");
        }
        try {
            PrintStream file = new PrintStream(new FileOutputStream(name), false, StandardCharsets.UTF_8);
            files.put(name, file);
            return file;
        } catch (IOException e) {
            throw new UsageException("cannot write the report: " + e.getMessage());
        }
    }

    void add(TargetReport report) {
        reports.forEach(one -> one.add(report));
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
