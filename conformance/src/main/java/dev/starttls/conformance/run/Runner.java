package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.SharedObservations;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TurnedAway;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs the selected checks of a catalogue on targets, one target after the other. Not safe for use by several threads.
 */
public final class Runner implements AutoCloseable {
    private static final List<Duration> PAUSES_IF_BUSY = List.of(Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** A greeting that comes so soon is part of the time for a check. */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    /** Most checks make fewer connections than this, or report progress. */
    private static final int CONNECTIONS_EACH = 8;

    private final Catalogue catalogue;
    private final Selection selection;
    private final RunSettings settings;
    private final RunListener progress;
    private final ConnectionRate rate;
    private final ExecutorService workers;
    private final RunClock clock;
    private final Execution execution;

    public Runner(Catalogue catalogue, Selection selection, RunSettings settings, RunListener progress) {
        this(catalogue, selection, settings, progress, ConnectionRate.unlimited());
    }

    /**
     * The same among others.
     *
     * @param rate of the connections of all of them together
     */
    public Runner(
            Catalogue catalogue, Selection selection, RunSettings settings, RunListener progress, ConnectionRate rate) {
        this(catalogue, selection, settings, progress, rate, new SystemClock(new DaemonThreadFactory("watchdog")));
    }

    Runner(
            Catalogue catalogue,
            Selection selection,
            RunSettings settings,
            RunListener progress,
            ConnectionRate rate,
            RunClock clock) {
        this.catalogue = catalogue;
        this.selection = selection;
        this.settings = settings;
        this.progress = progress;
        this.rate = rate;
        this.workers = Executors.newFixedThreadPool(settings.parallel(), new DaemonThreadFactory("check"));
        this.clock = clock;
        this.execution = new Execution(settings, clock);
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

    /** The checks of one target while they run. */
    public final class Running {
        private final Target target;
        private final TargetSettings targetSettings;
        private final Dialect dialect;
        private final SharedObservations shared = new SharedObservations();
        private final Instant started = Instant.now();
        private final long begun = clock.now();
        private final long deadline = begun + settings.total().toNanos();
        private final ConnectionPacer pacer;
        private final Survey before;
        private List<Transcript.Entry> dialogue = List.of();
        private Optional<TargetRun> rounds = Optional.empty();
        /** In the order of their ids. */
        private final Map<Check, CompletableFuture<Ran>> running = new LinkedHashMap<>();

        private Running(Target target, TargetSettings targetSettings, Dialect dialect) {
            this.target = target;
            this.targetSettings = targetSettings;
            this.dialect = dialect;
            this.pacer = new ConnectionPacer(clock, rate, settings.interval(), longer(settings.greeting()));
            progress.asks(target);
            this.before = surveyed();
            progress.over();
            if (before.problem().isEmpty()) {
                start();
            }
        }

        private CheckContext context() {
            return new CheckContext(target, targetSettings, dialect, pacer, shared);
        }

        private Duration longer(Duration greeting) {
            return greeting.compareTo(targetSettings.answer()) > 0 ? greeting : targetSettings.answer();
        }

        /** A server that is busy, perhaps with an earlier run, is asked again before it is given up. */
        private Survey surveyed() {
            for (int i = 0; ; i++) {
                CheckContext context = context();
                Survey survey = execution.survey(context, deadline, greetings());
                dialogue = context.transcript().entries();
                boolean busy = context.turnedAway()
                        .filter(how -> how.kind() == TurnedAway.Kind.BUSY || how.kind() == TurnedAway.Kind.CLOSED)
                        .isPresent();
                if (!busy || i >= PAUSES_IF_BUSY.size() || execution.closed()) {
                    return survey;
                }
                clock.pause(PAUSES_IF_BUSY.get(i));
            }
        }

        /** The time for the greetings of a survey, which makes another connection if the first was upgraded. */
        private Duration greetings() {
            return settings.greeting().multipliedBy(2);
        }

        private void start() {
            List<Check> checks = checks(target);
            Duration late = before.greeting().multipliedBy(3).dividedBy(2);
            pacer.expectGreeting(longer(late));
            Duration each = late.compareTo(PROMPT) < 0 ? longer(late).minus(targetSettings.answer()) : late;
            Duration greetings = each.multipliedBy(CONNECTIONS_EACH);
            progress.begun(target, checks.size());
            checks.forEach(check -> running.put(check, new CompletableFuture<>()));
            TargetRun run =
                    new TargetRun(checks, execution, clock, pacer, this::context, deadline, greetings, this::finished);
            rounds = Optional.of(run);
            checks.stream().sorted(Comparator.comparing(Check::priority)).forEach(check -> start(run, check));
        }

        private void start(TargetRun run, Check check) {
            try {
                workers.execute(() -> first(run, check));
            } catch (RejectedExecutionException e) {
                // The run was ended, and its verdict will say so.
                run.first(check);
            }
        }

        /** An error that is not a check's own, or for whose verdict there is no memory, is the error of the whole target. */
        private void first(TargetRun run, Check check) {
            try {
                run.first(check);
            } catch (RuntimeException | Error e) {
                running.values().forEach(result -> result.completeExceptionally(e));
            }
        }

        private void finished(Ran ran) {
            synchronized (progress) {
                progress.done(ran.result());
            }
            running.get(ran.check()).complete(ran);
        }

        /** The session before the checks; if it found a problem, no check was started. */
        public Survey survey() {
            return before;
        }

        /**
         * The result of a check; not to be cancelled. It fails only by an error of the suite.
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
            if (rounds.isPresent()) {
                progress.over();
                survey = confirmed(rounds.get(), ran);
            }
            return report(survey, ran);
        }

        /** The report of the checks that are done by now, because the run is about to end; empty if none is. */
        public Optional<TargetReport> soFar() {
            List<Ran> ran = running.values().stream()
                    .filter(result -> result.isDone() && !result.isCompletedExceptionally())
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
                    Duration.ofNanos(clock.now() - begun),
                    survey,
                    dialogue,
                    ran.stream().map(Ran::result).toList(),
                    ran.stream()
                            .flatMap(one -> one.context().inventory().stream())
                            .findFirst());
        }

        /**
         * Checks may be inconclusive because the target is gone: then a second survey finds it out, and the report says
         * it. If the time for the target is over, each check that was not run says so, and there is no second survey.
         */
        private Survey confirmed(TargetRun run, List<Ran> ran) {
            Survey noted = before.with(run.gone(), run.note().stream().toList());
            if (run.gone().isPresent()
                    || ran.stream().noneMatch(one -> one.result().verdict().status() == Status.INCONCLUSIVE)
                    || clock.now() - deadline >= 0) {
                return noted;
            }
            Survey after = execution.survey(context(), deadline, greetings());
            if (clock.now() - deadline >= 0) {
                return noted;
            }
            return noted.with(
                    after.problem()
                            .map(problem -> "after the checks the target no longer behaves as before: " + problem),
                    noted.notes());
        }
    }

    /** Ends the run: connections are closed, and checks that have not started are not run. */
    @Override
    public void close() {
        execution.close();
        workers.shutdown();
        clock.close();
    }
}
