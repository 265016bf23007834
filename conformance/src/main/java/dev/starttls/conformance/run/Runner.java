package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs the selected checks of a catalogue against targets, one target after the other. */
public final class Runner implements AutoCloseable {
    private final Catalogue catalogue;
    private final Selection selection;
    private final RunSettings settings;
    private final Progress progress;
    private final ExecutorService workers;
    private final ScheduledExecutorService watchdog;

    public Runner(Catalogue catalogue, Selection selection, RunSettings settings, Progress progress) {
        this.catalogue = catalogue;
        this.selection = selection;
        this.settings = settings;
        this.progress = progress;
        this.workers = Executors.newFixedThreadPool(settings.parallel(), named("check"));
        this.watchdog = Executors.newSingleThreadScheduledExecutor(named("watchdog"));
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Surveys the target and, if it is there and speaks the protocol, runs the checks. */
    public TargetReport run(Target target, TargetSettings targetSettings, Dialect dialect) {
        Instant started = Instant.now();
        long begun = System.nanoTime();
        progress.asks(target);
        long deadline = begun + settings.total().toNanos();
        Subject first = new Subject(target, targetSettings, dialect);
        Survey survey = survey(first, deadline);
        progress.over();
        List<Ran> ran = new ArrayList<>();
        if (survey.problem().isEmpty()) {
            List<Check> checks = catalogue.concerning(target).stream()
                    .filter(selection::takes)
                    .toList();
            progress.begun(target, checks.size());
            Map<Check, CompletableFuture<Ran>> running = new HashMap<>();
            checks.stream()
                    .sorted(Comparator.comparing(Check::turn))
                    .forEach(check -> running.put(
                            check,
                            CompletableFuture.supplyAsync(
                                    () -> run(check, new Subject(target, targetSettings, dialect), deadline),
                                    workers)));
            checks.forEach(check -> ran.add(running.get(check).join()));
            progress.over();
            survey = confirmed(survey, ran, new Subject(target, targetSettings, dialect), deadline);
        }
        return new TargetReport(
                target,
                started,
                Duration.ofNanos(System.nanoTime() - begun),
                survey,
                first.transcript().entries(),
                ran.stream().map(Ran::result).toList(),
                ran.stream().flatMap(one -> one.inventory().stream()).findFirst());
    }

    /** A check that was run, and what it left for the reports. */
    private record Ran(CheckResult result, Optional<TlsInventory> inventory) {}

    /**
     * What could not be seen may have been because the target is gone: then that is what there is to tell. Where the time
     * for the target is over, each check that was not run tells so, and nothing more is asked.
     */
    private Survey confirmed(Survey before, List<Ran> ran, Subject subject, long deadline) {
        if (ran.stream().noneMatch(one -> one.result().verdict().mark() == Mark.INCONCLUSIVE)
                || System.nanoTime() - deadline >= 0) {
            return before;
        }
        Survey after = survey(subject, deadline);
        return new Survey(
                before.phases(),
                before.tls(),
                after.problem().map(problem -> "after the checks the target is not what it was before: " + problem));
    }

    private Survey survey(Subject subject, long deadline) {
        Duration limit = limit(deadline);
        subject.limit(limit);
        Guard guard = new Guard(subject, limit);
        try (subject;
                guard) {
            Survey survey = subject.dialect().survey(subject);
            return guard.struck() ? unreachable("it took longer than " + told(limit)) : survey;
        } catch (IOException e) {
            return unreachable("cannot connect to " + subject.target().url() + ": " + e.getMessage());
        }
    }

    /** The time that any one thing may take now. */
    private Duration limit(long deadline) {
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        return left.compareTo(settings.each()) < 0 ? left : settings.each();
    }

    private static Survey unreachable(String problem) {
        return new Survey(List.of(), Optional.empty(), Optional.of(problem));
    }

    private Ran run(Check check, Subject subject, long deadline) {
        long begun = System.nanoTime();
        Verdict verdict = check.notFor(subject.target())
                .map(Verdict::skip)
                .orElseGet(() -> judge(check, subject, limit(deadline)));
        CheckResult result = new CheckResult(
                check, verdict, subject.transcript().entries(), Duration.ofNanos(System.nanoTime() - begun));
        synchronized (progress) {
            progress.done(result);
        }
        return new Ran(result, subject.inventory());
    }

    private Verdict judge(Check check, Subject subject, Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            return Verdict.inconclusive("not run: the time for this target, " + told(settings.total()) + ", was over");
        }
        subject.limit(limit);
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

    @Override
    public void close() {
        workers.shutdownNow();
        watchdog.shutdownNow();
    }

    /** Cuts the connections of a subject when its time is over. */
    private final class Guard implements AutoCloseable {
        private final AtomicBoolean struck = new AtomicBoolean();
        private final ScheduledFuture<?> strike;

        Guard(Subject subject, Duration limit) {
            strike = watchdog.schedule(
                    () -> {
                        struck.set(true);
                        subject.abandon();
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        boolean struck() {
            return struck.get();
        }

        @Override
        public void close() {
            strike.cancel(false);
        }
    }
}
