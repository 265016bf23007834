package dev.starttls.conformance;

import dev.starttls.conformance.run.Outcome;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The output of a run: what it writes, the messages for the user, and the exit status. Safe for use by several threads. Once closed,
 * by the end of the run or by an interrupt, what was written is well-formed and nothing is added.
 */
abstract class Results implements Messages {
    /**
     * How long an interrupt waits for a report being written: the reader of a pipe may have stopped reading without
     * closing it.
     */
    private static final int SECONDS_FOR_LAST_WORDS = 3;

    private final CommandEnvironment environment;
    private final StatusLine status;
    private final ReentrantLock lock = new ReentrantLock();
    private Outcome outcome = Outcome.PASSED;
    private Optional<Integer> exceptional = Optional.empty();
    private boolean metricsLost;
    private boolean closed;

    Results(CommandEnvironment environment) {
        this.environment = environment;
        this.status = new StatusLine(environment.err());
    }

    /** What of the output could not be written. */
    abstract Optional<ReportStreams.Loss> loss();

    /** Completes and closes the reports; called once, by one thread at a time. */
    abstract void complete();

    /**
     * The process is about to end: writes what is known, closes this, and says how far the run is.
     *
     * @param alone whether no other thread is writing; otherwise nothing can be written
     * @return for people, as a clause
     */
    abstract String lastWords(boolean alone);

    /** Does this while no other thread does such. */
    final void alone(Runnable action) {
        boolean unused = askAlone(() -> {
            action.run();
            return true;
        });
    }

    /** The same with an answer. */
    final boolean askAlone(BooleanSupplier action) {
        lock.lock();
        try {
            return action.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    /** Whether more is wanted. */
    final boolean open() {
        return askAlone(() -> !closed);
    }

    /** Ends the output; to be called {@link #alone}. Calling it again has no effect. */
    final void close() {
        if (!closed) {
            closed = true;
            status.erase();
            complete();
            boolean unused = lost();
        }
    }

    /** Whether something could not be written; if so, it is said. To be called {@link #alone}. */
    final boolean lost() {
        Optional<ReportStreams.Loss> loss = loss();
        loss.flatMap(ReportStreams.Loss::message).ifPresent(this::say);
        loss.ifPresent(how -> exceptional = Optional.of(exceptional.orElse(how.exitStatus())));
        return loss.isPresent();
    }

    /** Counts the outcome of a target; to be called {@link #alone}. */
    final void count(Outcome one) {
        outcome = outcome.or(one);
    }

    /** Makes room on a terminal for what is written next. */
    final void erase() {
        status.erase();
    }

    /** Reports a target that is invalid or could not be read; the run continues. */
    @Override
    public void wrong(String detail) {
        remark(detail, Outcome.USAGE);
    }

    /** Tells the user something that is not wrong. */
    @Override
    public void note(String detail) {
        remark(detail, Outcome.PASSED);
    }

    /** Reports that there will be no report of some targets. */
    final void unreachable(String detail) {
        remark(detail, Outcome.UNREACHABLE);
    }

    private void remark(String detail, Outcome weight) {
        alone(() -> {
            say(detail);
            count(weight);
        });
    }

    /** Reports what this machine does not let the suite do: it says nothing of any target. */
    final void unable(String detail) {
        alone(() -> {
            say(detail);
            exceptional = Optional.of(ExitStatus.IO_FAILED);
        });
    }

    /** Reports an error of the suite itself. */
    public final void fault(Throwable fault) {
        alone(() -> {
            status.erase();
            environment.fault(fault);
            exceptional = Optional.of(ExitStatus.FAULT);
        });
    }

    /** The counts for others cannot be written; that is said once, and the run goes on. */
    final void metricsLost(IOException why) {
        alone(() -> {
            if (!metricsLost) {
                metricsLost = true;
                say("--metrics: " + why.getMessage());
                exceptional = Optional.of(ExitStatus.IO_FAILED);
            }
        });
    }

    /** Shows the progress, if there is room for it. */
    final void showProgress(Supplier<String> line) {
        alone(() -> {
            if (!closed) {
                status.show(line.get());
            }
        });
    }

    /** Ends the output because the process is about to end. */
    final void interrupted() {
        boolean alone = false;
        try {
            alone = lock.tryLock(SECONDS_FOR_LAST_WORDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            if (!alone || !closed) {
                say("interrupted: " + lastWords(alone));
            }
        } finally {
            if (alone) {
                lock.unlock();
            }
        }
    }

    /** Prints a message. */
    final void say(String text) {
        status.erase();
        environment.say(text);
    }

    /** Whether the exit status is about the suite or this machine, and not about any target. */
    final boolean exceptional() {
        return askAlone(() -> exceptional.isPresent());
    }

    final int exitStatus() {
        lock.lock();
        try {
            return exceptional.orElse(outcome.status());
        } finally {
            lock.unlock();
        }
    }
}
