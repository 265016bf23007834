package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.LoginBudget;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Unconnected;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs single surveys and checks within their time limits. Safe for use by several threads. */
final class Execution implements AutoCloseable {
    private final RunSettings settings;
    private final RunClock clock;
    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Execution(RunSettings settings, RunClock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Surveys a target.
     *
     * @param deadline the end of the target's time, by the clock
     * @param greeting how much of the time may pass before the greeting
     */
    Survey survey(CheckContext context, long deadline, Duration greeting) {
        Duration limit = limit(deadline, settings.each().plus(greeting));
        Guard guard = new Guard(context, deadline, limit, limit);
        try (context;
                guard) {
            Survey survey = context.dialect().survey(context);
            return guard.struck() ? unreachable("it took longer than " + seconds(limit)) : survey;
        } catch (IOException e) {
            return unreachable(Unconnected.message(context.target(), String.valueOf(e.getMessage())));
        }
    }

    /**
     * How many connections the target takes at the same time.
     *
     * @param deadline the end of the target's time, by the clock
     * @param greetings how much longer it may take because the target greets late
     */
    SecondConnection.Room room(CheckContext context, long deadline, Duration greetings) {
        Duration limit = limit(deadline, settings.each().plus(greetings));
        Guard guard = new Guard(context, deadline, limit, limit);
        try (context;
                guard) {
            SecondConnection.Room room = new SecondConnection(context).room();
            return guard.struck() ? SecondConnection.Room.UNKNOWN : room;
        }
    }

    private static Survey unreachable(String problem) {
        return new Survey(List.of(), Optional.empty(), Optional.of(problem));
    }

    /**
     * Runs a check.
     *
     * @param deadline the end of the target's time, by the clock
     * @param greetings how much longer than others it may take because the target greets late
     */
    Ran run(Check check, CheckContext context, long deadline, Duration greetings) {
        long begun = clock.now();
        Verdict verdict = check.notFor(context.target())
                .map(Verdict::skip)
                .orElseGet(() -> judge(check, context, deadline, greetings));
        Duration took = Duration.ofNanos(clock.now() - begun);
        return new Ran(new CheckResult(check, verdict, context.transcript().entries(), took), context);
    }

    private Verdict judge(Check check, CheckContext context, long deadline, Duration greetings) {
        Duration limit = limit(deadline, settings.each().plus(greetings));
        if (closed) {
            return Verdict.inconclusive("not run: the run was ended");
        }
        if (limit.isNegative() || limit.isZero()) {
            return Verdict.inconclusive(
                    "not run: the time for this target, " + seconds(settings.total()) + ", was over");
        }
        Guard guard = new Guard(
                context, deadline, limit, limit(deadline, settings.extended().plus(greetings)));
        try (context;
                guard) {
            Verdict verdict = check.judge(context);
            // A verdict about connections that the suite closed itself is not an observation.
            if (guard.struck()) {
                return Verdict.inconclusive("not done within " + seconds(guard.allowed()));
            }
            return context.loginsSpent()
                    ? Verdict.inconclusive("not done: a run tries at most " + LoginBudget.MAX + " logins, so that the"
                            + " server does not lock this client out, and they were used up; --only "
                            + check.id() + " runs this check alone")
                    : verdict;
        } catch (RuntimeException | Error e) {
            return Verdict.inconclusive("an internal error of the suite: " + e);
        }
    }

    /** The time that the next survey or check may take: the given one, or what is left for the target. */
    private Duration limit(long deadline, Duration max) {
        return shorter(Duration.ofNanos(deadline - clock.now()), max);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }

    boolean closed() {
        return closed;
    }

    /** Closes the connections of what is running; no check is run after it. */
    @Override
    public void close() {
        closed = true;
        guards.forEach(Guard::strike);
    }

    /**
     * Closes the connections of a check when its time is over, or the run is ended. The time starts again whenever the
     * check reports progress, up to a maximum; waiting for its turn to connect is not the check's time, but the target's.
     */
    private final class Guard implements AutoCloseable {
        private final CheckContext context;
        private final AtomicBoolean struck = new AtomicBoolean();
        private final long begun = clock.now();
        private final Duration limit;
        private final long deadline;
        private Duration maximum;
        private Duration allowed;
        private Future<?> strike;

        Guard(CheckContext context, long deadline, Duration limit, Duration maximum) {
            this.context = context;
            this.deadline = deadline;
            this.limit = limit;
            this.maximum = maximum;
            this.allowed = limit;
            this.strike = clock.after(limit, this::strike);
            context.limit(limit);
            context.onProgress(this::renew);
            context.onWait(this::extend);
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
            if (!allowed.equals(maximum)) {
                Duration renewed = passed().plus(limit);
                allow(shorter(renewed, maximum));
            }
        }

        /** The check is about to wait for this long. */
        private synchronized void extend(Duration wait) {
            Duration end = passed().plus(limit(deadline, settings.total()));
            maximum = shorter(maximum.plus(wait), end);
            allow(shorter(allowed.plus(wait), end));
        }

        private Duration passed() {
            return Duration.ofNanos(clock.now() - begun);
        }

        private void allow(Duration inAll) {
            if (struck() || closed) {
                return;
            }
            allowed = inAll;
            Duration left = inAll.minus(passed());
            strike.cancel(false);
            strike = clock.after(left, this::strike);
            context.limit(left);
        }

        @Override
        public synchronized void close() {
            guards.remove(this);
            strike.cancel(false);
        }
    }
}
