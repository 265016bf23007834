package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs the selected checks of a catalogue on targets, one target after the other. Not safe for use by several threads.
 */
public final class Runner implements AutoCloseable {
    private final Catalogue catalogue;
    private final Selection selection;
    private final RunSettings settings;
    private final RunListener progress;
    private final ExecutorService workers;
    private final RunClock watch;
    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Runner(Catalogue catalogue, Selection selection, RunSettings settings, RunListener progress) {
        this(catalogue, selection, settings, progress, new SystemClock(new DaemonThreadFactory("watchdog")));
    }

    Runner(Catalogue catalogue, Selection selection, RunSettings settings, RunListener progress, RunClock watch) {
        this.catalogue = catalogue;
        this.selection = selection;
        this.settings = settings;
        this.progress = progress;
        this.workers = Executors.newFixedThreadPool(settings.parallel(), new DaemonThreadFactory("check"));
        this.watch = watch;
    }

    /** The checks to run on a target, in the order of their ids. */
    public List<Check> checks(Target target) {
        return catalogue.concerning(target).stream().filter(selection::takes).toList();
    }

    /** Surveys the target and, if it answers and speaks the protocol, runs the checks. */
    public TargetReport run(Target target, TargetSettings targetSettings, Dialect dialect) {
        return begin(target, targetSettings, dialect).report();
    }

    /** Surveys the target and, if it answers and speaks the protocol, starts the checks; does not wait for them. */
    public Running begin(Target target, TargetSettings targetSettings, Dialect dialect) {
        return new Running(target, targetSettings, dialect);
    }

    /** A check that was run, and the inventory that it recorded. */
    private record Ran(CheckResult result, Optional<TlsInventory> inventory) {}

    /** The checks of one target while they run. */
    public final class Running {
        private final Target target;
        private final TargetSettings targetSettings;
        private final Dialect dialect;
        private final Instant started = Instant.now();
        private final long begun = watch.now();
        private final long deadline = begun + settings.total().toNanos();
        private final CheckContext first;
        private final Survey before;
        /** In the order of their ids. */
        private final Map<Check, CompletableFuture<Ran>> running = new LinkedHashMap<>();

        private Running(Target target, TargetSettings targetSettings, Dialect dialect) {
            this.target = target;
            this.targetSettings = targetSettings;
            this.dialect = dialect;
            progress.asks(target);
            this.first = context();
            this.before = Runner.this.survey(first, deadline);
            progress.over();
            if (before.problem().isEmpty()) {
                start();
            }
        }

        private CheckContext context() {
            return new CheckContext(target, targetSettings, dialect);
        }

        private void start() {
            List<Check> checks = checks(target);
            progress.begun(target, checks.size());
            checks.forEach(check -> running.put(check, new CompletableFuture<>()));
            checks.stream().sorted(Comparator.comparing(Check::priority)).forEach(this::start);
        }

        private void start(Check check) {
            Runnable task = () -> running.get(check).complete(Runner.this.run(check, context(), deadline));
            try {
                workers.execute(task);
            } catch (RejectedExecutionException e) {
                // The run was ended, and its verdict will say so.
                task.run();
            }
        }

        /** The session before the checks; if it found a problem, no check was started. */
        public Survey survey() {
            return before;
        }

        /**
         * The result of a check; not to be cancelled.
         *
         * @throws IllegalArgumentException if it was not started
         */
        public CompletableFuture<CheckResult> result(Check check) {
            CompletableFuture<Ran> result = running.get(check);
            if (result == null) {
                throw new IllegalArgumentException("check: expected one that was started, got " + check.id());
            }
            return result.thenApply(Ran::result);
        }

        /** Waits for all checks, and returns the report. */
        public TargetReport report() {
            List<Ran> ran =
                    running.values().stream().map(CompletableFuture::join).toList();
            Survey survey = before;
            if (before.problem().isEmpty()) {
                progress.over();
                survey = confirmed(ran);
            }
            return report(survey, ran);
        }

        /** The report of the checks that are done by now, because the run is about to end; empty if none is. */
        public Optional<TargetReport> soFar() {
            List<Ran> ran = running.values().stream()
                    .filter(CompletableFuture::isDone)
                    .map(CompletableFuture::join)
                    .toList();
            Survey cut = new Survey(
                    before.phases(),
                    before.tls(),
                    Optional.of("interrupted when " + ran.size() + " of " + running.size() + " checks were done"));
            return ran.isEmpty() ? Optional.empty() : Optional.of(report(cut, ran));
        }

        private TargetReport report(Survey survey, List<Ran> ran) {
            return new TargetReport(
                    target,
                    started,
                    Duration.ofNanos(watch.now() - begun),
                    survey,
                    first.transcript().entries(),
                    ran.stream().map(Ran::result).toList(),
                    ran.stream().flatMap(one -> one.inventory().stream()).findFirst());
        }

        /**
         * Checks may be inconclusive because the target is gone: then a second survey finds it out, and the report says
         * it. If the time for the target is over, each check that was not run says so, and there is no second survey.
         */
        private Survey confirmed(List<Ran> ran) {
            if (ran.stream().noneMatch(one -> one.result().verdict().status() == Status.INCONCLUSIVE)
                    || watch.now() - deadline >= 0) {
                return before;
            }
            Survey after = Runner.this.survey(context(), deadline);
            if (watch.now() - deadline >= 0) {
                return before;
            }
            return new Survey(
                    before.phases(),
                    before.tls(),
                    after.problem()
                            .map(problem -> "after the checks the target no longer behaves as before: " + problem));
        }
    }

    private Survey survey(CheckContext context, long deadline) {
        Duration limit = limit(deadline, settings.each());
        Guard guard = new Guard(context, limit, limit);
        try (context;
                guard) {
            Survey survey = context.dialect().survey(context);
            return guard.struck() ? unreachable("it took longer than " + seconds(limit)) : survey;
        } catch (IOException e) {
            return unreachable("cannot connect to " + context.target().url() + ": " + e.getMessage());
        }
    }

    /** The time that the next survey or check may take: the given one, or what is left for the target. */
    private Duration limit(long deadline, Duration max) {
        Duration left = Duration.ofNanos(deadline - watch.now());
        return left.compareTo(max) < 0 ? left : max;
    }

    private static Survey unreachable(String problem) {
        return new Survey(List.of(), Optional.empty(), Optional.of(problem));
    }

    private Ran run(Check check, CheckContext context, long deadline) {
        long begun = watch.now();
        Verdict verdict =
                check.notFor(context.target()).map(Verdict::skip).orElseGet(() -> judge(check, context, deadline));
        CheckResult result =
                new CheckResult(check, verdict, context.transcript().entries(), Duration.ofNanos(watch.now() - begun));
        synchronized (progress) {
            progress.done(result);
        }
        return new Ran(result, context.inventory());
    }

    private Verdict judge(Check check, CheckContext context, long deadline) {
        Duration limit = limit(deadline, settings.each());
        if (closed) {
            return Verdict.inconclusive("not run: the run was ended");
        }
        if (limit.isNegative() || limit.isZero()) {
            return Verdict.inconclusive(
                    "not run: the time for this target, " + seconds(settings.total()) + ", was over");
        }
        Guard guard = new Guard(context, limit, limit(deadline, settings.extended()));
        try (context;
                guard) {
            Verdict verdict = check.judge(context);
            // A verdict about connections that the suite closed itself is not an observation.
            return guard.struck() ? Verdict.inconclusive("not done within " + seconds(guard.allowed())) : verdict;
        } catch (RuntimeException e) {
            return Verdict.inconclusive("an internal error of the suite: " + e);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }

    /** Ends the run: connections are closed, and checks that have not started are not run. */
    @Override
    public void close() {
        closed = true;
        guards.forEach(Guard::strike);
        workers.shutdown();
        watch.close();
    }

    /**
     * Closes the connections of a check when its time is over, or the run is ended. The time starts again whenever the
     * check reports progress, up to a maximum.
     */
    private final class Guard implements AutoCloseable {
        private final CheckContext context;
        private final AtomicBoolean struck = new AtomicBoolean();
        private final long begun = watch.now();
        private final Duration limit;
        private final Duration maximum;
        private Duration allowed;
        private Future<?> strike;

        Guard(CheckContext context, Duration limit, Duration maximum) {
            this.context = context;
            this.limit = limit;
            this.maximum = maximum;
            this.allowed = limit;
            this.strike = watch.after(limit, this::strike);
            context.limit(limit);
            context.onProgress(this::renew);
            guards.add(this);
            if (closed) {
                strike();
            }
        }

        private void strike() {
            struck.set(true);
            context.abandon();
        }

        boolean struck() {
            return struck.get();
        }

        /** The time within which the check has to be done. */
        synchronized Duration allowed() {
            return allowed;
        }

        private synchronized void renew() {
            Duration passed = Duration.ofNanos(watch.now() - begun);
            Duration renewed = passed.plus(limit);
            if (struck() || closed || allowed.equals(maximum)) {
                return;
            }
            allowed = renewed.compareTo(maximum) < 0 ? renewed : maximum;
            strike.cancel(false);
            strike = watch.after(allowed.minus(passed), this::strike);
            context.limit(allowed.minus(passed));
        }

        @Override
        public synchronized void close() {
            guards.remove(this);
            strike.cancel(false);
        }
    }
}
