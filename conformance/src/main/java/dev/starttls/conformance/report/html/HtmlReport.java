package dev.starttls.conformance.report.html;

import dev.starttls.conformance.report.Report;
import dev.starttls.conformance.run.TargetReport;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One self-contained HTML file for people. Each target is written when it is finished, and only its line of the index
 * is kept in memory; the index is last in the file and shown first.
 */
public final class HtmlReport implements Report {
    private static final DateTimeFormatter STARTED =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final Templates templates = new Templates();
    private final List<TargetView.Brief> index = new ArrayList<>();

    /** Writes to this stream, in UTF-8 whatever the stream's own charset. */
    public HtmlReport(PrintStream out) {
        this.out = out;
        write(templates.head(STARTED.format(Instant.now())));
    }

    @Override
    public void add(TargetReport report) {
        TargetView view = TargetView.of(index.size() + 1, report);
        write(templates.target(view));
        index.add(view.brief());
    }

    private void write(String html) {
        out.writeBytes(html.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        write(templates.foot(new Overview(index)));
    }
}
