package dev.starttls.conformance.survey;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Surveys an unlimited number of targets in memory that does not grow with their number. Targets are read no faster than they are
 * asked, so that their source waits too. There is exactly one result for each, in the order in which they finish.
 */
public final class SurveyRun {
    /** With a few milliseconds for each, the last of so many waits for less than a second for the processor. */
    private static final int MAX_BUSY_PER_PROCESSOR = 128;

    /** So few that a machine that serves one or two in a second is not overloaded; where they answer in time it is soon more. */
    private static final int MIN_BUSY_PER_PROCESSOR = 2;

    /** Those that wait for their turn; when there are so many, no more are read. */
    private static final int MAX_PARKED = 10_000;

    private static final long IDLE = Duration.ofSeconds(1).toNanos();

    private final Asking asking;
    private final Sink sink;
    private final SurveyTally tally;
    private final SurveyAdmission admission;
    private final SurveyPace pace;
    /** A few that were read, so that reading does not wait for asking. */
    private final BlockingQueue<Optional<Target>> lines = new ArrayBlockingQueue<>(16);

    /** Writing may have to wait for the reader, and the thread of the connections must not wait. */
    private final ExecutorService reporter = Executors.newSingleThreadExecutor(new DaemonThreadFactory("reporter"));

    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /**
     * A run that has not begun.
     *
     * @param max how many targets are asked at the same time
     * @param pace when each may be asked
     * @param tally counts the targets that are begun
     */
    public SurveyRun(Asking asking, int max, SurveyPace pace, Sink sink, SurveyTally tally) {
        this.pace = pace;
        this.asking = asking;
        this.sink = sink;
        this.tally = tally;
        int processors = 1 + Runtime.getRuntime().availableProcessors();
        this.admission = new SurveyAdmission(
                max,
                Math.min(MIN_BUSY_PER_PROCESSOR * processors, max),
                Math.min(MAX_BUSY_PER_PROCESSOR * processors, max),
                System::nanoTime);
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

    /**
     * Surveys all targets; returns when every target has its result, or no more are wanted. To be called once.
     *
     * @throws CompletionException if a thread of this failed, with what it threw as the cause
     */
    public void run(Fleet.Source source) {
        Thread reader = new DaemonThreadFactory("targets").newThread(() -> read(source));
        Thread starter = new DaemonThreadFactory("starter").newThread(this::start);
        reader.start();
        starter.start();
        try {
            over.join();
        } finally {
            reader.interrupt();
            starter.interrupt();
            reporter.shutdown();
        }
    }

    private void read(Fleet.Source source) {
        try {
            for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
                lines.put(next);
            }
            lines.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            over.completeExceptionally(e);
        }
    }

    /** Those whose turn it is not yet are put aside, so that they do not keep others waiting. */
    private void start() {
        PriorityQueue<Parked> parked = new PriorityQueue<>(Comparator.comparingLong(Parked::due));
        try {
            boolean ended = false;
            while (!ended || !parked.isEmpty()) {
                long now = System.nanoTime();
                Optional<Target> target = Optional.empty();
                if (!parked.isEmpty() && parked.element().due() - now <= 0) {
                    target = Optional.of(parked.remove().target());
                } else {
                    long wait = parked.isEmpty()
                            ? IDLE
                            : Math.min(IDLE, parked.element().due() - now);
                    if (ended || parked.size() >= MAX_PARKED) {
                        TimeUnit.NANOSECONDS.sleep(wait);
                    } else {
                        Optional<Target> read = lines.poll(wait, TimeUnit.NANOSECONDS);
                        ended = read != null && read.isEmpty();
                        target = read == null ? Optional.empty() : read;
                    }
                }
                if (target.isPresent()) {
                    Duration wait = pace.turn(target.get());
                    if (wait.isZero()) {
                        start(target.get(), admission.enter());
                    } else {
                        parked.add(new Parked(target.get(), System.nanoTime() + wait.toNanos()));
                    }
                }
            }
            admission.awaitEmpty();
            over.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            over.completeExceptionally(e);
        }
    }

    /** A target that waits for its turn, in nanoseconds of {@link System#nanoTime}. */
    private record Parked(Target target, long due) {}

    private void start(Target target, SurveyAdmission.Admitted admitted) {
        tally.begun();
        var unused = asking.ask(target, admitted::heard)
                .thenAccept(result -> reportLater(result, admitted))
                .whenComplete((done, thrown) -> {
                    if (thrown != null) {
                        over.completeExceptionally(thrown);
                    }
                });
    }

    private void reportLater(SurveyResult result, SurveyAdmission.Admitted admitted) {
        try {
            reporter.execute(() -> {
                try {
                    pace.heard(result);
                    if (!over.isDone() && !sink.add(result)) {
                        over.complete(null);
                    }
                } catch (RuntimeException | Error e) {
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
