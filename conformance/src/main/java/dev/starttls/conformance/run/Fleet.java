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
 * Checks targets of which there may be no end, many at a time, in memory that does not grow with their number. Each is
 * first asked whether it answers, which costs no thread; those that do wait for one of a few lanes that check.
 *
 * <p>No more is read than there is room for, so that whoever writes the targets waits too. Each target comes to exactly
 * one report, in the order in which they are finished.
 */
public final class Fleet {
    /** So that no lane is ever idle while the next target is asked. */
    private static final int WAITING_PER_LANE = 4;

    private final Function<Target, CompletableFuture<Contact>> reach;
    private final Supplier<Lane> lanes;
    private final FleetSettings settings;
    private final Sink sink;
    private final Tally tally;
    private final AdmissionLimit room;
    private final BlockingQueue<Optional<Target>> answering = new LinkedBlockingQueue<>();
    /** Writing may have to wait for whoever reads; the thread of all connections must not. */
    private final ExecutorService reporter = Executors.newSingleThreadExecutor(named("reporter"));

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger lanesLeft;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    /**
     * A fleet that has not set out.
     *
     * @param reach asks whether a target answers; its futures do not fail
     * @param lanes makes a lane, for one thread
     * @param tally is told how far all are
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
        /** Surveys and checks. */
        TargetReport check(Target target);

        /** Ends what is being done, from whatever thread. */
        @Override
        void close();
    }

    /** Who gets the reports, from several threads. */
    public interface Sink {
        /**
         * Takes a report.
         *
         * @return whether any more is wanted
         */
        boolean add(TargetReport report);

        /** A lane broke down on a target, for which there will be a report that says so. */
        void fault(RuntimeException fault);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Checks all there is; returns when everything is reported, or nothing more is wanted. To be called once. */
    public void run(Source source) {
        List<Lane> made = new ArrayList<>();
        for (int i = 0; i < settings.lanes(); i++) {
            Lane lane = lanes.get();
            made.add(lane);
            start("lane", () -> work(lane));
        }
        start("targets", () -> read(source));
        over.join();
        // Of those that ended by themselves nothing is left to end.
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
                    target, started, Duration.between(started, Instant.now()), "a fault of the suite: " + e);
        }
    }

    private void report(TargetReport report) {
        if (!over.isDone() && !sink.add(report)) {
            over.complete(null);
        }
    }
}
