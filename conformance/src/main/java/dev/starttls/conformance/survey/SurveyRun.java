package dev.starttls.conformance.survey;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Surveys an unlimited number of targets in memory that does not grow with their number. Targets are read no faster than they are
 * asked, so that their source waits too. There is exactly one result for each, in the order in which they finish.
 */
public final class SurveyRun {
    /** With a few milliseconds for each, the last of so many waits for less than a second for the processor. */
    private static final int BUSY_PER_PROCESSOR = 128;

    private final Asking asking;
    private final Sink sink;
    private final SurveyTally tally;
    private final SurveyAdmission admission;
    /** Writing may have to wait for the reader, and the thread of the connections must not wait. */
    private final ExecutorService reporter = Executors.newSingleThreadExecutor(new DaemonThreadFactory("reporter"));

    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /**
     * A run that has not begun.
     *
     * @param max how many targets are asked at the same time
     * @param tally counts the targets that are begun
     */
    public SurveyRun(Asking asking, int max, Sink sink, SurveyTally tally) {
        this.asking = asking;
        this.sink = sink;
        this.tally = tally;
        int busy = BUSY_PER_PROCESSOR * (1 + Runtime.getRuntime().availableProcessors());
        this.admission = new SurveyAdmission(max, Math.min(busy, max), System::nanoTime);
    }

    /** Asks a target: {@link Surveyor#ask}. */
    @FunctionalInterface
    public interface Asking {
        /** Returns at once a future that never fails. */
        CompletableFuture<SurveyResult> ask(Target target, Runnable heard);
    }

    /** Receives the results, from one thread. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a result.
         *
         * @return whether more are wanted
         */
        boolean add(SurveyResult result);
    }

    /** Surveys all targets; returns when every target has its result, or no more are wanted. To be called once. */
    public void run(Fleet.Source source) {
        Thread reader = new DaemonThreadFactory("targets").newThread(() -> read(source));
        reader.start();
        over.join();
        reader.interrupt();
        reporter.shutdown();
    }

    private void read(Fleet.Source source) {
        try {
            for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
                start(next.get(), admission.enter());
            }
            admission.awaitEmpty();
            over.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            over.completeExceptionally(e);
        }
    }

    private void start(Target target, SurveyAdmission.Admitted admitted) {
        tally.begun();
        var unused = asking.ask(target, admitted::heard).thenAccept(result -> reportLater(result, admitted));
    }

    private void reportLater(SurveyResult result, SurveyAdmission.Admitted admitted) {
        try {
            reporter.execute(() -> {
                try {
                    if (!over.isDone() && !sink.add(result)) {
                        over.complete(null);
                    }
                } catch (RuntimeException e) {
                    over.completeExceptionally(e);
                } finally {
                    admitted.done();
                }
            });
        } catch (RejectedExecutionException e) {
            // Nothing more is wanted.
            over.complete(null);
        }
    }
}
