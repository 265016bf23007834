package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Runs the selected checks of a catalogue against targets, one target after the other; not for use by several threads. */
public final class Runner implements AutoCloseable {
    private final Catalogue catalogue;
    private final Selection selection;
    private final RunSettings settings;
    private final Progress progress;
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor watchdog = new ScheduledThreadPoolExecutor(1, named("watchdog"));
    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Runner(Catalogue catalogue, Selection selection, RunSettings settings, Progress progress) {
        this.catalogue = catalogue;
        this.selection = selection;
        this.settings = settings;
        this.progress = progress;
        this.workers = Executors.newFixedThreadPool(settings.parallel(), named("check"));
        // Or all that was said to thousands of targets would be kept until there was no time left to say more.
        watchdog.setRemoveOnCancelPolicy(true);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The checks to be run against a target, in the order of their ids. */
    public List<Check> checks(Target target) {
        return catalogue.concerning(target).stream().filter(selection::takes).toList();
    }

    /** Surveys the target and, if it is there and speaks the protocol, runs the checks. */
    public TargetReport run(Target target, TargetSettings targetSettings, Dialect dialect) {
        return begin(target, targetSettings, dialect).report();
    }

    /** Surveys the target and, if it is there and speaks the protocol, begins the checks; does not wait for them. */
    public Running begin(Target target, TargetSettings targetSettings, Dialect dialect) {
        return new Running(target, targetSettings, dialect);
    }

    /** The checks of one target while they run. */
    public final class Running {
        private final Target target;
        private final TargetSettings targetSettings;
        private final Dialect dialect;
        private final Instant started = Instant.now();
        private final long begun = System.nanoTime();
        private final Survey before;
        private final Map<Check, CompletableFuture<CheckResult>> running = new LinkedHashMap<>();

        private Running(Target target, TargetSettings targetSettings, Dialect dialect) {
            this.target = target;
            this.targetSettings = targetSettings;
            this.dialect = dialect;
            progress.asks(target);
            this.before = look();
            progress.over();
            if (before.problem().isEmpty()) {
                start();
            }
        }

        private void start() {
            List<Check> checks = checks(target);
            long deadline = begun + settings.total().toNanos();
            progress.begun(target, checks.size());
            checks.forEach(check -> running.put(check, start(check, deadline)));
        }

        private CompletableFuture<CheckResult> start(Check check, long deadline) {
            Supplier<CheckResult> task =
                    () -> Runner.this.run(check, new Subject(target, targetSettings, dialect), deadline);
            try {
                return CompletableFuture.supplyAsync(task, workers);
            } catch (RejectedExecutionException e) {
                // The run was ended, which is what its verdict will be.
                return CompletableFuture.completedFuture(task.get());
            }
        }

        private Survey look() {
            return Runner.this.survey(new Subject(target, targetSettings, dialect));
        }

        /** The session before the checks; with a problem in it none was begun. */
        public Survey survey() {
            return before;
        }

        /**
         * The result of a check; not to be cancelled.
         *
         * @throws IllegalArgumentException if it was not begun
         */
        public CompletableFuture<CheckResult> result(Check check) {
            CompletableFuture<CheckResult> result = running.get(check);
            if (result == null) {
                throw new IllegalArgumentException("check: expected one that was begun, got " + check.id());
            }
            return result;
        }

        /** Waits for all of it. */
        public TargetReport report() {
            List<CheckResult> results =
                    running.values().stream().map(CompletableFuture::join).toList();
            Survey survey = before;
            if (before.problem().isEmpty()) {
                progress.over();
                survey = confirmed(results);
            }
            return new TargetReport(target, started, Duration.ofNanos(System.nanoTime() - begun), survey, results);
        }

        /** What could not be seen may have been because the target is gone: then that is what there is to tell. */
        private Survey confirmed(List<CheckResult> results) {
            if (results.stream().noneMatch(result -> result.verdict().mark() == Mark.INCONCLUSIVE)) {
                return before;
            }
            return new Survey(
                    before.phases(),
                    before.tls(),
                    look().problem()
                            .map(problem -> "after the checks the target is not what it was before: " + problem));
        }
    }

    private Survey survey(Subject subject) {
        Guard guard = new Guard(subject, settings.each());
        try (subject;
                guard) {
            Survey survey = subject.dialect().survey(subject);
            return guard.struck() ? unreachable("it took longer than " + told(settings.each())) : survey;
        } catch (IOException e) {
            return unreachable("cannot connect to " + subject.target().url() + ": " + e.getMessage());
        }
    }

    private static Survey unreachable(String problem) {
        return new Survey(List.of(), Optional.empty(), Optional.of(problem));
    }

    private CheckResult run(Check check, Subject subject, long deadline) {
        long begun = System.nanoTime();
        Verdict verdict = check.notFor(subject.target())
                .map(Verdict::skip)
                .orElseGet(() -> judge(check, subject, Duration.ofNanos(deadline - begun)));
        CheckResult result = new CheckResult(
                check, verdict, subject.transcript().entries(), Duration.ofNanos(System.nanoTime() - begun));
        synchronized (progress) {
            progress.done(result);
        }
        return result;
    }

    private Verdict judge(Check check, Subject subject, Duration left) {
        if (closed) {
            return Verdict.inconclusive("not run: the run was ended");
        }
        if (left.isNegative() || left.isZero()) {
            return Verdict.inconclusive("not run: the time for this target, " + told(settings.total()) + ", was over");
        }
        Duration limit = left.compareTo(settings.each()) < 0 ? left : settings.each();
        Guard guard = new Guard(subject, limit);
        try (subject;
                guard) {
            Verdict verdict = check.judge(subject);
            // What a check makes of connections that were cut under it is no observation.
            return guard.struck() ? Verdict.inconclusive("not done within " + told(limit)) : verdict;
        } catch (RuntimeException e) {
            return Verdict.inconclusive("a fault of the suite: " + e);
        }
    }

    private static String told(Duration duration) {
        return duration.toSeconds() + " s";
    }

    /** Ends what is running: connections are cut, checks that have not begun are not made. */
    @Override
    public void close() {
        closed = true;
        guards.forEach(Guard::strike);
        workers.shutdown();
        watchdog.shutdownNow();
    }

    /** Cuts the connections of a subject when its time is over, or the run is. */
    private final class Guard implements AutoCloseable {
        private final Subject subject;
        private final AtomicBoolean struck = new AtomicBoolean();
        private final Future<?> strike;

        Guard(Subject subject, Duration limit) {
            this.subject = subject;
            this.strike = watch(limit);
            guards.add(this);
            if (closed) {
                strike();
            }
        }

        private Future<?> watch(Duration limit) {
            try {
                return watchdog.schedule(this::strike, limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The run was ended, and so will this be.
                return CompletableFuture.completedFuture(null);
            }
        }

        private void strike() {
            struck.set(true);
            subject.abandon();
        }

        boolean struck() {
            return struck.get();
        }

        @Override
        public void close() {
            guards.remove(this);
            strike.cancel(false);
        }
    }
}
