package dev.starttls.conformance;

import dev.starttls.conformance.report.Conclusion;
import dev.starttls.conformance.report.Totals;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.Tally;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The output of a run of checks. */
final class RunResults extends Results implements Fleet.Sink {
    private final Reports reports;
    private final Tally tally = new Tally();
    /**
     * The targets whose reports are written in this order; {@code early} has the reports that came before their turn.
     */
    private final Deque<Subject> order = new ArrayDeque<>();

    private final Map<Subject, TargetReport> early = new HashMap<>();
    private Supplier<List<TargetReport>> underway = List::of;
    private final Totals totals = new Totals();
    private Optional<String> last = Optional.empty();

    RunResults(Reports reports, CommandEnvironment environment) {
        super(environment);
        this.reports = reports;
    }

    Tally tally() {
        return tally;
    }

    /** Whether no target has a report. */
    boolean empty() {
        return askAlone(() -> totals.all() == 0);
    }

    /** From now on only reports of these targets come, in any order, and they are written in this one. */
    void inOrder(List<? extends Subject> targets) {
        alone(() -> order.addAll(targets));
    }

    /** An interrupt asks this for what is known of the targets that are being checked, and writes those of the order. */
    void onInterrupt(Supplier<List<TargetReport>> unfinished) {
        alone(() -> underway = unfinished);
    }

    /** The target of the order that a report is of: its address may have been found out since. */
    private Subject turn(TargetReport report) {
        return order.contains(report.target())
                ? report.target()
                : report.target().anywhere();
    }

    @Override
    public boolean add(TargetReport report) {
        return askAlone(() -> {
            if (!open()) {
                return false;
            }
            if (order.isEmpty()) {
                write(report);
            } else {
                early.put(turn(report), report);
            }
            while (open() && early.containsKey(order.peek())) {
                write(early.remove(order.remove()));
            }
            return open();
        });
    }

    /** Writes the report of a target that is done. */
    private void write(TargetReport report) {
        if (written(report)) {
            Conclusion conclusion = Conclusion.of(report);
            last = Optional.of(report.target().url() + ": " + conclusion.sentence());
            totals.add(conclusion);
            tally.done(report.outcome());
            count(report.outcome());
        }
    }

    /** Writes a report, and ends the output if it could not be written. */
    private boolean written(TargetReport report) {
        erase();
        reports.add(report);
        if (lost()) {
            order.clear();
            end();
            return false;
        }
        return true;
    }

    @Override
    Optional<ReportStreams.Loss> loss() {
        return reports.loss();
    }

    @Override
    void complete() {
        reports.close();
    }

    @Override
    String lastWords(boolean alone) {
        int begun = alone ? endWith(underway.get()) : 0;
        return tally.description() + "; " + tally.unfinished() + " started and not finished"
                + (begun == 0 ? "" : ", " + begun + " of them with the checks that are done")
                + (alone ? "" : "; the last report may be incomplete, because its reader does not read it");
    }

    /** Prints a summary of the run in one line, unless {@link #conclusion} will say more. */
    void summary() {
        alone(() -> {
            if (reports.filesAlone().isEmpty()) {
                say(tally.description());
            }
        });
    }

    /** If all reports are in files, prints whether the server may be relied on, or how many may, and where the reports are. */
    void conclusion() {
        alone(() -> {
            List<String> files = reports.filesAlone();
            if (last.isPresent() && !files.isEmpty() && !exceptional()) {
                say(totals.all() == 1 ? last.get() : totals.description());
                say((files.size() == 1 ? "the report is in " : "the reports are in ") + String.join(", ", files));
            }
        });
    }

    /** Ends the output with what is known of targets that are not done; returns how many of them were written. */
    private int endWith(List<TargetReport> unfinished) {
        Map<Subject, TargetReport> cut = new HashMap<>();
        unfinished.forEach(report -> cut.put(turn(report), report));
        int written = 0;
        // Those that are done wait for one that will not come.
        while (!order.isEmpty()) {
            Subject next = order.remove();
            if (early.containsKey(next)) {
                write(early.remove(next));
            } else if (cut.containsKey(next) && written(cut.get(next))) {
                written++;
            }
        }
        end();
        return written;
    }

    /** No target will follow: completes the reports. Calling it again has no effect. */
    void end() {
        alone(() -> {
            if (open() && !order.isEmpty()) {
                int unused = endWith(List.of());
            }
            close();
        });
    }
}
