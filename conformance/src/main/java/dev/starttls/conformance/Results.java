package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Tally;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What comes out of a run, written by whatever thread has it, by one at a time: reports, and remarks for the person who
 * runs it. Once closed, by the end of the run or by an interrupt, reports are well-formed and nothing is added.
 */
final class Results implements Fleet.Sink {
    /** The reader of a pipe may have stopped reading and not gone away; then the last words are not waited for. */
    private static final int SECONDS_FOR_LAST_WORDS = 3;

    private final Reports reports;
    private final PrintStream out;
    private final PrintStream err;
    private final StatusLine status;
    private final Tally tally = new Tally();
    private final ReentrantLock lock = new ReentrantLock();
    /** Targets whose reports are written in this order, and those reports that came before their turn. */
    private final Deque<Target> order = new ArrayDeque<>();

    private final Map<Target, TargetReport> early = new HashMap<>();
    private Outcome outcome = Outcome.PASSED;
    private Optional<Integer> exceptional = Optional.empty();
    private boolean closed;

    Results(Reports reports, CommandEnvironment surroundings) {
        this.reports = reports;
        this.out = surroundings.out();
        this.err = surroundings.err();
        this.status = new StatusLine(err);
    }

    Tally tally() {
        return tally;
    }

    /** From now on reports come of these targets alone, whichever first, and are written in this order. */
    void inOrder(List<Target> targets) {
        lock.lock();
        try {
            order.addAll(targets);
        } finally {
            lock.unlock();
        }
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
                early.put(report.target(), report);
            }
            while (!closed && early.containsKey(order.peek())) {
                write(early.remove(order.remove()));
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Where what was written did not arrive, it is the end. */
    private void write(TargetReport report) {
        status.erase();
        reports.add(report);
        if (lost()) {
            order.clear();
            end();
            return;
        }
        tally.done(report.outcome());
        outcome = outcome.or(report.outcome());
    }

    /** Whether something that was written did not arrive. A reader who has had enough is no reason for words. */
    private boolean lost() {
        Optional<String> file = reports.lost();
        if (file.isPresent()) {
            say("cannot write to " + file.get() + " any more");
            exceptional = Optional.of(ExitStatus.OUTPUT_LOST);
            return true;
        }
        if (!out.checkError()) {
            return false;
        }
        Optional<String> why = out instanceof StandardOutput standard
                ? standard.failure().map(IOException::getMessage)
                : Optional.empty();
        if (why.isEmpty() || why.get().toLowerCase(Locale.ROOT).contains("broken pipe")) {
            exceptional = Optional.of(ExitStatus.READER_GONE);
        } else {
            say("cannot write to standard output: " + why.get());
            exceptional = Optional.of(ExitStatus.OUTPUT_LOST);
        }
        return true;
    }

    @Override
    public void fault(RuntimeException fault) {
        lock.lock();
        try {
            say("a fault of the suite itself, please report it:");
            fault.printStackTrace(err);
            exceptional = Optional.of(ExitStatus.FAULT);
        } finally {
            lock.unlock();
        }
    }

    /** A target that is none, or could not be read; the run goes on. */
    void wrong(String told) {
        remark(told, Outcome.USAGE);
    }

    /** Targets of which there will be no report. */
    void unreachable(String told) {
        remark(told, Outcome.UNREACHABLE);
    }

    private void remark(String told, Outcome weight) {
        lock.lock();
        try {
            say(told);
            outcome = outcome.or(weight);
        } finally {
            lock.unlock();
        }
    }

    /** Shows how far the targets are. */
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

    /** The process is about to end: what is finished is what there is. */
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
                end();
            }
            say("interrupted: " + tally.told() + "; " + tally.unfinished() + " begun and not finished"
                    + (alone ? "" : "; the last report may be cut off, nobody reads it"));
        } finally {
            if (alone) {
                lock.unlock();
            }
        }
    }

    /** The whole of the run in one line. */
    void summary() {
        lock.lock();
        try {
            say(tally.told());
        } finally {
            lock.unlock();
        }
    }

    /** Part of the text may come from the network or from a list of targets, and a terminal obeys control characters. */
    private void say(String text) {
        status.erase();
        err.println("conformance: " + text.replaceAll("\\p{Cntrl}", "?"));
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

    /** No target will follow: reports are brought to their end. Doing so again has no effect. */
    void end() {
        lock.lock();
        try {
            // What is finished and waits for one that will not come now.
            while (!closed && !order.isEmpty()) {
                Optional.ofNullable(early.remove(order.remove())).ifPresent(this::write);
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
