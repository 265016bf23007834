package dev.starttls.conformance;

import dev.starttls.conformance.report.Conclusion;
import dev.starttls.conformance.report.Totals;
import dev.starttls.conformance.report.Visible;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Tally;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The output of a run: reports, and messages for the user. Safe for use by several threads. Once closed, by the end of
 * the run or by an interrupt, the reports are well-formed and nothing is added.
 */
final class RunResults implements Fleet.Sink, Messages {
    /**
     * How long an interrupt waits for a report being written: the reader of a pipe may have stopped reading without
     * closing it.
     */
    private static final int SECONDS_FOR_LAST_WORDS = 3;

    private final Reports reports;
    private final PrintStream err;
    private final StatusLine status;
    private final Tally tally = new Tally();
    private final ReentrantLock lock = new ReentrantLock();
    /**
     * The targets whose reports are written in this order; {@code early} has the reports that came before their turn.
     */
    private final Deque<Subject> order = new ArrayDeque<>();

    private final Map<Subject, TargetReport> early = new HashMap<>();
    private Supplier<List<TargetReport>> underway = List::of;
    private final Totals totals = new Totals();
    private Optional<String> last = Optional.empty();
    private Outcome outcome = Outcome.PASSED;
    private Optional<Integer> exceptional = Optional.empty();
    private boolean closed;

    RunResults(Reports reports, CommandEnvironment environment) {
        this.reports = reports;
        this.err = environment.err();
        this.status = new StatusLine(err);
    }

    Tally tally() {
        return tally;
    }

    /** From now on only reports of these targets come, in any order, and they are written in this one. */
    void inOrder(List<? extends Subject> targets) {
        lock.lock();
        try {
            order.addAll(targets);
        } finally {
            lock.unlock();
        }
    }

    /** An interrupt asks this for what is known of the targets that are being checked, and writes those of the order. */
    void onInterrupt(Supplier<List<TargetReport>> reports) {
        lock.lock();
        try {
            underway = reports;
        } finally {
            lock.unlock();
        }
    }

    /** Whether more reports are wanted. */
    boolean open() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** The target of the order that a report is of: its address may have been found out since. */
    private Subject turn(TargetReport report) {
        return order.contains(report.target())
                ? report.target()
                : report.target().anywhere();
    }

    @Override
    public boolean add(TargetReport report) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (order.isEmpty()) {
                write(report);
            } else {
                early.put(turn(report), report);
            }
            while (!closed && early.containsKey(order.peek())) {
                write(early.remove(order.remove()));
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Writes the report of a target that is done. */
    private void write(TargetReport report) {
        if (written(report)) {
            Conclusion conclusion = Conclusion.of(report);
            last = Optional.of(report.target().url() + ": " + conclusion.sentence());
            totals.add(conclusion);
            tally.done(report.outcome());
            outcome = outcome.or(report.outcome());
        }
    }

    /** Writes a report, and ends the output if it could not be written. */
    private boolean written(TargetReport report) {
        status.erase();
        reports.add(report);
        if (lost()) {
            order.clear();
            end();
            return false;
        }
        return true;
    }

    /** Whether something could not be written. */
    private boolean lost() {
        Optional<ReportStreams.Loss> loss = reports.loss();
        loss.flatMap(ReportStreams.Loss::message).ifPresent(this::say);
        loss.ifPresent(how -> exceptional = Optional.of(how.exitStatus()));
        return loss.isPresent();
    }

    @Override
    public void fault(RuntimeException fault) {
        lock.lock();
        try {
            say("an internal error of the suite, please report it:");
            fault.printStackTrace(err);
            exceptional = Optional.of(ExitStatus.FAULT);
        } finally {
            lock.unlock();
        }
    }

    /** Reports a target that is invalid or could not be read; the run continues. */
    @Override
    public void wrong(String detail) {
        remark(detail, Outcome.USAGE);
    }

    /** Reports that there will be no report of some targets. */
    void unreachable(String detail) {
        remark(detail, Outcome.UNREACHABLE);
    }

    /** Reports what this machine does not let the suite do: it says nothing of any target. */
    void unable(String detail) {
        lock.lock();
        try {
            say(detail);
            exceptional = Optional.of(ExitStatus.IO_FAILED);
        } finally {
            lock.unlock();
        }
    }

    /** Tells the user something that is not wrong. */
    @Override
    public void note(String detail) {
        remark(detail, Outcome.PASSED);
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

    /** Shows the progress. */
    void showProgress() {
        lock.lock();
        try {
            if (!closed) {
                status.show(tally.status());
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
            int begun = 0;
            if (alone) {
                begun = endWith(underway.get());
            }
            say("interrupted: " + tally.description() + "; " + tally.unfinished() + " started and not finished"
                    + (begun == 0 ? "" : ", " + begun + " of them with the checks that are done")
                    + (alone ? "" : "; the last report may be incomplete, because its reader does not read it"));
        } finally {
            if (alone) {
                lock.unlock();
            }
        }
    }

    /** Prints a summary of the run in one line, unless {@link #conclusion} will say more. */
    void summary() {
        lock.lock();
        try {
            if (reports.filesAlone().isEmpty()) {
                say(tally.description());
            }
        } finally {
            lock.unlock();
        }
    }

    /** If all reports are in files, prints whether the server may be relied on, or how many may, and where the reports are. */
    void conclusion() {
        lock.lock();
        try {
            List<String> files = reports.filesAlone();
            if (last.isPresent() && !files.isEmpty() && exceptional.isEmpty()) {
                say(totals.all() == 1 ? last.get() : totals.description());
                say((files.size() == 1 ? "the report is in " : "the reports are in ") + String.join(", ", files));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Prints a message. A part of it may come from the network or from a list of targets, and a terminal executes
     * control characters, so they are replaced.
     */
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
        lock.lock();
        try {
            if (!closed && !order.isEmpty()) {
                var unused = endWith(List.of());
            }
            if (!closed) {
                closed = true;
                status.erase();
                reports.close();
                if (exceptional.isEmpty()) {
                    lost();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
