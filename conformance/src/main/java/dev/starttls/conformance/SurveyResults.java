package dev.starttls.conformance;

import dev.starttls.conformance.report.SurveyJson;
import dev.starttls.conformance.report.SurveyReport;
import dev.starttls.conformance.report.SurveyText;
import dev.starttls.conformance.report.Visible;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.survey.SurveyResult;
import dev.starttls.conformance.survey.SurveyRun;
import dev.starttls.conformance.survey.SurveyTally;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The output of a survey: results, and messages for the user. Safe for use by several threads. Once closed, by the end of the run
 * or by an interrupt, nothing is added.
 */
final class SurveyResults implements SurveyRun.Sink, Messages {
    static final List<String> FORMATS = List.of("text", "json", "ndjson");

    /** As long as an interrupt waits for a result being written: the reader of a pipe may have stopped reading. */
    private static final int SECONDS_FOR_LAST_WORDS = 3;

    private final ReportStreams streams;
    private final List<SurveyReport> reports = new ArrayList<>();
    private final PrintStream err;
    private final StatusLine status;
    private final SurveyTally tally = new SurveyTally();
    private final ReentrantLock lock = new ReentrantLock();
    private Outcome outcome = Outcome.PASSED;
    private Optional<Integer> exceptional = Optional.empty();
    private boolean metricsLost;
    private boolean closed;

    private SurveyResults(ReportStreams streams, PrintStream err) {
        this.streams = streams;
        this.err = err;
        this.status = new StatusLine(err);
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
        SurveyResults results = new SurveyResults(streams, environment.err());
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
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            status.erase();
            reports.forEach(report -> report.add(result));
            if (lost()) {
                closed = true;
                return false;
            }
            tally.done(result);
            outcome = outcome.or(result.status().answered() ? Outcome.PASSED : Outcome.UNREACHABLE);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean lost() {
        Optional<ReportStreams.Loss> loss = streams.loss();
        loss.flatMap(ReportStreams.Loss::message).ifPresent(this::say);
        loss.ifPresent(how -> exceptional = Optional.of(how.exitStatus()));
        return loss.isPresent();
    }

    @Override
    public void wrong(String detail) {
        remark(detail, Outcome.USAGE);
    }

    @Override
    public void note(String detail) {
        remark(detail, Outcome.PASSED);
    }

    /** Reports that there will be no results. */
    void unreachable(String detail) {
        remark(detail, Outcome.UNREACHABLE);
    }

    private void remark(String detail, Outcome weight) {
        lock.lock();
        try {
            say(detail);
            outcome = outcome.or(weight);
        } finally {
            lock.unlock();
        }
    }

    /** Says what an earlier run has done. */
    void resumed(DoneTargets done) {
        done.description().ifPresent(this::note);
    }

    /** The counts for others cannot be written; that is said once, and the survey goes on. */
    void metricsLost(IOException why) {
        lock.lock();
        try {
            if (!metricsLost) {
                metricsLost = true;
                say("--metrics: cannot write: " + why);
                exceptional = Optional.of(ExitStatus.IO_FAILED);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Shows the progress. */
    void showProgress(SurveyProgress progress) {
        lock.lock();
        try {
            if (!closed) {
                status.show(progress.line());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the output because the process is about to end. */
    void interrupted() {
        boolean alone = false;
        try {
            alone = lock.tryLock(SECONDS_FOR_LAST_WORDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            if (alone && closed) {
                return;
            }
            if (alone) {
                close();
            }
            say("interrupted: " + tally.description() + "; " + tally.unfinished() + " started and not finished"
                    + (alone ? "" : "; the last result may be incomplete, because its reader does not read it"));
        } finally {
            if (alone) {
                lock.unlock();
            }
        }
    }

    /** No result will follow; says how many there are of each status. Calling it again has no effect. */
    void end() {
        lock.lock();
        try {
            if (!closed) {
                close();
                say(tally.description());
            }
        } finally {
            lock.unlock();
        }
    }

    private void close() {
        closed = true;
        status.erase();
        streams.close();
        if (exceptional.isEmpty()) {
            var unused = lost();
        }
    }

    /** A part of it may come from the network, and a terminal executes control characters, so they are replaced. */
    private void say(String text) {
        status.erase();
        err.println("conformance: " + Visible.of(text));
        err.flush();
    }

    int exitStatus() {
        lock.lock();
        try {
            return exceptional.orElse(outcome.status());
        } finally {
            lock.unlock();
        }
    }
}
