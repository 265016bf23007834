package dev.starttls.conformance.run;

import dev.starttls.conformance.reach.Contact;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Checks an unlimited number of targets, many at the same time, in memory that does not grow with their number. Each is
 * first probed, which needs no thread; those that answer wait for one of a few workers, which check them.
 *
 * <p>Targets are read no faster than they are checked, so that their source waits too. There is exactly one report for
 * each target, in the order in which they finish.
 */
public final class Fleet {
    /** How many answering targets wait for each worker, so that no worker is idle while the next target is probed. */
    private static final int WAITING_PER_LANE = 4;

    private final Function<Target, CompletableFuture<Contact>> reach;
    private final Supplier<Worker> workers;
    private final FleetSettings settings;
    private final Sink sink;
    private final Tally tally;
    private final AdmissionLimit admission;
    private final BlockingQueue<Optional<Target>> answering = new LinkedBlockingQueue<>();
    /**
     * Reports are written on a thread of their own: writing may have to wait for the reader, and the thread of the
     * connections must not wait.
     */
    private final ExecutorService reporter = Executors.newSingleThreadExecutor(new DaemonThreadFactory("reporter"));

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger workersLeft;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /**
     * A fleet that has not been started.
     *
     * @param reach probes whether a target answers; its futures never fail
     * @param workers makes a worker, for one thread
     * @param tally counts how far the targets are
     */
    public Fleet(
            Function<Target, CompletableFuture<Contact>> reach,
            Supplier<Worker> workers,
            FleetSettings settings,
            Sink sink,
            Tally tally) {
        this.reach = reach;
        this.workers = workers;
        this.settings = settings;
        this.sink = sink;
        this.tally = tally;
        this.admission = new AdmissionLimit(settings.probed(), WAITING_PER_LANE * settings.workers());
        this.workersLeft = new AtomicInteger(settings.workers());
    }

    /** Where the targets come from. */
    @FunctionalInterface
    public interface Source {
        /** Waits for the next one; empty when no more will come. */
        Optional<Target> next();
    }

    /** Checks one target after the other. */
    public interface Worker extends AutoCloseable {
        /** Surveys and checks a target. */
        TargetReport check(Target target);

        /** Ends the current check; may be called from any thread. */
        @Override
        void close();
    }

    /** Receives the reports, from several threads. */
    public interface Sink {
        /**
         * Takes a report.
         *
         * @return whether more reports are wanted
         */
        boolean add(TargetReport report);

        /** A worker failed on a target; the report of the target will say so. */
        void fault(Throwable fault);
    }

    /**
     * Checks all targets; returns when every target is reported, or no more reports are wanted. To be called once.
     *
     * @throws CompletionException if a thread of this failed other than by its target, with what it threw as the cause
     */
    public void run(Source source) {
        List<Worker> made = new ArrayList<>();
        try {
            for (int i = 0; i < settings.workers(); i++) {
                Worker worker = workers.get();
                made.add(worker);
                start("lane", () -> work(worker));
            }
            start("targets", () -> read(source));
            over.join();
        } finally {
            // Interrupting a thread that has ended has no effect.
            threads.forEach(Thread::interrupt);
            reporter.shutdown();
            made.forEach(Worker::close);
        }
    }

    private void start(String name, Runnable task) {
        Thread thread = new DaemonThreadFactory(name).newThread(task);
        threads.add(thread);
        thread.start();
    }

    private void read(Source source) {
        try {
            for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
                admission.enter();
                tally.begun();
                tally.probed();
                ask(next.get());
            }
            admission.awaitEmpty();
            for (int i = 0; i < settings.workers(); i++) {
                answering.add(Optional.empty());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // What it does not do, others would wait for.
            over.completeExceptionally(e);
        }
    }

    private void ask(Target target) {
        Instant started = Instant.now();
        long begun = System.nanoTime();
        var unused = reach.apply(target)
                .thenAccept(contact -> {
                    if (contact instanceof Contact.Failed failed) {
                        tally.silent();
                        Duration took = Duration.ofNanos(System.nanoTime() - begun);
                        reportLater(TargetReport.unreached(target, started, took, failed.description()));
                    } else {
                        tally.answered();
                        admission.queue();
                        answering.add(Optional.of(target));
                    }
                })
                .whenComplete((done, thrown) -> {
                    if (thrown != null) {
                        over.completeExceptionally(thrown);
                    }
                });
    }

    private void reportLater(TargetReport report) {
        try {
            reporter.execute(() -> {
                try {
                    report(report);
                } catch (RuntimeException | Error e) {
                    over.completeExceptionally(e);
                } finally {
                    admission.leave();
                }
            });
        } catch (RejectedExecutionException e) {
            // Nothing more is wanted.
            over.complete(null);
        }
    }

    private void work(Worker worker) {
        try {
            for (Optional<Target> next = answering.take(); next.isPresent(); next = answering.take()) {
                admission.serve();
                tally.taken();
                TargetReport report = check(worker, next.get());
                tally.left();
                report(report);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            over.completeExceptionally(e);
        }
        if (workersLeft.decrementAndGet() == 0) {
            over.complete(null);
        }
    }

    private TargetReport check(Worker worker, Target target) {
        Instant started = Instant.now();
        try {
            return worker.check(target);
        } catch (RuntimeException | Error e) {
            sink.fault(e);
            return TargetReport.unreached(
                    target, started, Duration.between(started, Instant.now()), "an internal error of the suite: " + e);
        }
    }

    private void report(TargetReport report) {
        if (!over.isDone() && !sink.add(report)) {
            over.complete(null);
        }
    }
}
