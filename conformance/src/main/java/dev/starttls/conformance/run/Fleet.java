package dev.starttls.conformance.run;

import dev.starttls.conformance.reach.Contact;
import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Checks an unlimited number of targets, many at the same time, in memory that does not grow with their number. Each is
 * first probed, which needs no thread; those that answer wait for one of a few lanes, which check them.
 *
 * <p>Targets are read no faster than they are checked, so that their source waits too. There is exactly one report for
 * each target, in the order in which they finish.
 */
public final class Fleet {
    /** How many answering targets wait for each lane, so that no lane is idle while the next target is probed. */
    private static final int WAITING_PER_LANE = 4;

    private final Function<Target, CompletableFuture<Contact>> reach;
    private final Supplier<Lane> lanes;
    private final FleetSettings settings;
    private final Sink sink;
    private final Tally tally;
    private final AdmissionLimit room;
    private final BlockingQueue<Optional<Target>> answering = new LinkedBlockingQueue<>();
    /**
     * Reports are written on a thread of their own: writing may have to wait for the reader, and the thread of the
     * connections must not wait.
     */
    private final ExecutorService reporter = Executors.newSingleThreadExecutor(named("reporter"));

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger lanesLeft;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /**
     * A fleet that has not been started.
     *
     * @param reach probes whether a target answers; its futures never fail
     * @param lanes makes a lane, for one thread
     * @param tally counts how far the targets are
     */
    public Fleet(
            Function<Target, CompletableFuture<Contact>> reach,
            Supplier<Lane> lanes,
            FleetSettings settings,
            Sink sink,
            Tally tally) {
        this.reach = reach;
        this.lanes = lanes;
        this.settings = settings;
        this.sink = sink;
        this.tally = tally;
        this.room = new AdmissionLimit(settings.asked(), WAITING_PER_LANE * settings.lanes());
        this.lanesLeft = new AtomicInteger(settings.lanes());
    }

    /** Where the targets come from. */
    @FunctionalInterface
    public interface Source {
        /** Waits for the next one; empty when no more will come. */
        Optional<Target> next();
    }

    /** Checks one target after the other. */
    public interface Lane extends AutoCloseable {
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

        /** A lane failed on a target; the report of the target will say so. */
        void fault(RuntimeException fault);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Checks all targets; returns when every target is reported, or no more reports are wanted. To be called once. */
    public void run(Source source) {
        List<Lane> made = new ArrayList<>();
        for (int i = 0; i < settings.lanes(); i++) {
            Lane lane = lanes.get();
            made.add(lane);
            start("lane", () -> work(lane));
        }
        start("targets", () -> read(source));
        over.join();
        // Interrupting a thread that has ended has no effect.
        threads.forEach(Thread::interrupt);
        reporter.shutdown();
        made.forEach(Lane::close);
    }

    private void start(String name, Runnable task) {
        Thread thread = named(name).newThread(task);
        threads.add(thread);
        thread.start();
    }

    private void read(Source source) {
        try {
            for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
                room.enter();
                tally.begun();
                tally.asked();
                ask(next.get());
            }
            room.awaitEmpty();
            for (int i = 0; i < settings.lanes(); i++) {
                answering.add(Optional.empty());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Target target) {
        Instant started = Instant.now();
        long begun = System.nanoTime();
        var unused = reach.apply(target).thenAccept(contact -> {
            if (contact instanceof Contact.Failed failed) {
                tally.silent();
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                reportLater(TargetReport.unreached(target, started, took, failed.told()));
            } else {
                tally.answered();
                room.queue();
                answering.add(Optional.of(target));
            }
        });
    }

    private void reportLater(TargetReport report) {
        try {
            reporter.execute(() -> {
                report(report);
                room.leave();
            });
        } catch (RejectedExecutionException e) {
            // Nothing more is wanted.
            over.complete(null);
        }
    }

    private void work(Lane lane) {
        try {
            for (Optional<Target> next = answering.take(); next.isPresent(); next = answering.take()) {
                room.serve();
                tally.taken();
                TargetReport report = check(lane, next.get());
                tally.left();
                report(report);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (lanesLeft.decrementAndGet() == 0) {
            over.complete(null);
        }
    }

    private TargetReport check(Lane lane, Target target) {
        Instant started = Instant.now();
        try {
            return lane.check(target);
        } catch (RuntimeException e) {
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
