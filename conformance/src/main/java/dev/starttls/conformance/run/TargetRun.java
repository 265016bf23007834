package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TurnedAway;
import dev.starttls.conformance.check.Verdict;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The checks of one target. They run side by side until the target turns a connection away; then those that are left,
 * and those whose verdict a limit of the server may have caused, run again one at a time, with pauses that grow while
 * the server serves nobody. If it stays so, the rest is not run.
 */
final class TargetRun {
    /** A minute in all: mail servers count connections by the minute. */
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30));

    /** A server that is started again is there within 15 seconds; a filter that refuses connections stays for longer. */
    private static final int PAUSES_IF_REFUSED = 4;

    /** The server has said that it will not serve this client. */
    private static final int PAUSES_IF_FINAL = 2;

    private static final int ATTEMPTS = 6;

    private final Execution execution;
    private final RunClock clock;
    private final ConnectionPacer pacer;
    private final Supplier<CheckContext> contexts;
    private final long deadline;
    private final Duration greetings;
    private final Consumer<Ran> done;
    private final Wreckage wreckage = new Wreckage();
    private final List<Check> checks;
    private final AtomicInteger left;
    /** Results of the first round that are not {@linkplain Ran#good good}, from before the server turned a connection away. */
    private final Map<Check, Ran> doubtful = new ConcurrentHashMap<>();

    private final Set<Check> finished = ConcurrentHashMap.newKeySet();
    private volatile Optional<TurnedAway> limited = Optional.empty();
    private volatile Optional<String> gone = Optional.empty();
    private boolean trouble;

    /**
     * A run of these checks, in this order.
     *
     * @param contexts makes a context for each run of a check
     * @param deadline the end of the target's time, by the clock
     * @param greetings how much longer than others a check may take because the target greets late
     * @param done takes the final result of each check
     */
    TargetRun(
            List<Check> checks,
            Execution execution,
            RunClock clock,
            ConnectionPacer pacer,
            Supplier<CheckContext> contexts,
            long deadline,
            Duration greetings,
            Consumer<Ran> done) {
        this.checks = checks;
        this.left = new AtomicInteger(checks.size());
        this.execution = execution;
        this.clock = clock;
        this.pacer = pacer;
        this.contexts = contexts;
        this.deadline = deadline;
        this.greetings = greetings;
        this.done = done;
    }

    /** Runs a check side by side with others; on the thread of the last of them also all that has to run again. */
    void first(Check check) {
        if (limited.isEmpty()) {
            Ran ran = once(check);
            if (ran.good()) {
                finish(ran);
            } else if (limited.isEmpty()) {
                doubtful.put(check, ran);
            }
        }
        if (left.decrementAndGet() == 0) {
            second();
        }
    }

    private Ran once(Check check) {
        Ran ran = execution.run(check, contexts.get(), deadline, greetings);
        wreckage.add(ran);
        ran.turnedAway().ifPresent(how -> {
            limited = Optional.of(how);
            trouble = true;
        });
        return ran;
    }

    private void finish(Ran ran) {
        finished.add(ran.check());
        done.accept(ran);
    }

    private void second() {
        if (limited.isPresent()
                || doubtful.values().stream().anyMatch(ran -> ran.context().unheard())) {
            findLimit();
        }
        Optional<Check> suspect = gone.isEmpty() ? wreckage.culprit() : Optional.empty();
        Optional<Ran> proof = suspect.flatMap(this::again);
        List<Ran> results = new ArrayList<>();
        for (Check check : checks) {
            if (proof.filter(ran -> ran.check().equals(check)).isPresent()) {
                results.add(proof.get());
            } else if (!finished.contains(check)) {
                Ran ran = limited.isEmpty() ? doubtful.get(check) : alone(check);
                results.add(suspect.filter(check::equals).isPresent() ? acquitted(ran) : ran);
            }
        }
        Optional<Check> culprit = gone.isPresent() && suspect.isEmpty() ? wreckage.culprit() : Optional.empty();
        Set<Check> named = new HashSet<>(culprit.stream().toList());
        results.forEach(ran -> finish(named.contains(ran.check()) ? ran.with(killed(ran.check())) : ran));
    }

    /** Runs the check again that a server may have died of which was started again since; empty if it survives that. */
    private Optional<Ran> again(Check suspect) {
        Ran ran = once(suspect);
        if (ran.context().cuts().isEmpty()) {
            return Optional.empty();
        }
        CheckContext context = contexts.get();
        var unusedSurvey = execution.survey(context, deadline, greetings);
        boolean refused = refused(ran.turnedAway()) || refused(context.turnedAway());
        trouble |= refused;
        return refused
                ? Optional.of(ran.with(Verdict.fail("the server died, as anyone can make it do, was started again, and"
                        + " died again when this check ran alone: each time what the check had sent was not answered,"
                        + " the connection ended, and no other could be made")))
                : Optional.empty();
    }

    private static boolean refused(Optional<TurnedAway> how) {
        return how.filter(it -> it.kind() == TurnedAway.Kind.REFUSED).isPresent();
    }

    private static Ran acquitted(Ran ran) {
        return ran.with(ran.result()
                .verdict()
                .followedBy("; before, while this check had something on the wire, the server died and was started"
                        + " again, which did not happen when it ran alone"));
    }

    /**
     * Finds out whether the server takes one connection at a time, or now none at all. With TLS from the start nothing
     * else tells that from what a check itself caused.
     */
    private void findLimit() {
        Optional<SecondConnection.Room> room = room();
        if (room.filter(found -> found.capacity() == SecondConnection.Capacity.NONE)
                .isPresent()) {
            // The server may not yet have noticed that the last connections before it were closed.
            room = room();
        }
        room.filter(found -> found.capacity() == SecondConnection.Capacity.ONE).ifPresent(found -> {
            pacer.oneAtATime(found.seen());
            limited = limited.or(() -> Optional.of(new TurnedAway(TurnedAway.Kind.SILENT, found.seen())));
        });
    }

    /** How many connections the server takes when it serves; empty if it is given up. */
    private Optional<SecondConnection.Room> room() {
        if (trouble) {
            await();
        }
        if (gone.isPresent()) {
            return Optional.empty();
        }
        SecondConnection.Room room = execution.room(contexts.get(), deadline, greetings);
        if (room.capacity() == SecondConnection.Capacity.NONE) {
            pacer.turnedAway();
            limited = limited.or(() -> Optional.of(new TurnedAway(TurnedAway.Kind.CLOSED, room.seen())));
            trouble = true;
        }
        return Optional.of(room);
    }

    private Verdict killed(Check check) {
        List<String> others = wreckage.suspects().stream()
                .filter(each -> !each.equals(check))
                .map(Check::id)
                .toList();
        return Verdict.fail("the server died, as anyone can make it do: what this check had sent was not answered, the"
                + " connection ended, and since then no connection can be made, so that it could not be tried again"
                + (others.isEmpty()
                        ? ""
                        : "; these had something on the wire at that time too: " + String.join(", ", others)));
    }

    /** Runs a check while no other runs, and again while the server turns its connections away. */
    private Ran alone(Check check) {
        Ran ran = doubtful.get(check);
        int served = 0;
        for (int attempt = 0; attempt < ATTEMPTS && served < 2; attempt++) {
            if (trouble && gone.isEmpty()) {
                served += await();
            }
            if (gone.isPresent()) {
                return ran != null && ran.turnedAway().isEmpty() ? ran : notRun(check);
            }
            ran = once(check);
            if (ran.turnedAway().isEmpty()) {
                return ran;
            }
        }
        return ran.with(Verdict.undecided("this check needs more connections, or makes them faster, than the server"
                + " allows one client: "
                + ran.turnedAway().map(TurnedAway::words).orElse("")));
    }

    private Ran notRun(Check check) {
        return Ran.not(check, Verdict.inconclusive("not run: " + gone.orElse("")), contexts.get());
    }

    /**
     * Waits until a session is served, or gives the server up.
     *
     * @return 1 if one was served at once, otherwise 0
     */
    private int await() {
        for (int i = 0; ; i++) {
            CheckContext context = contexts.get();
            Survey survey = execution.survey(context, deadline, greetings);
            if (context.turnedAway().isEmpty() && survey.problem().isEmpty()) {
                trouble = false;
                return i == 0 ? 1 : 0;
            }
            TurnedAway how = context.turnedAway()
                    .orElseGet(() -> new TurnedAway(
                            TurnedAway.Kind.SILENT, survey.problem().orElse("")));
            wreckage.add(how);
            if (execution.closed()) {
                gone = Optional.of("the run was ended");
                return 0;
            }
            if (i >= pauses(how.kind()) || clock.now() + PAUSES.get(i).toNanos() - deadline >= 0) {
                gone = Optional.of(sentence(how));
                return 0;
            }
            pacer.slowDown();
            clock.pause(PAUSES.get(i));
        }
    }

    private static int pauses(TurnedAway.Kind kind) {
        return switch (kind) {
            case REFUSED -> PAUSES_IF_REFUSED;
            case FINAL -> PAUSES_IF_FINAL;
            case BUSY, CLOSED, SILENT -> PAUSES.size();
        };
    }

    private static String sentence(TurnedAway how) {
        String since = LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS) + " UTC";
        return switch (how.kind()) {
            case REFUSED -> "the server is gone since about " + since + ": " + how.words();
            case CLOSED, SILENT, BUSY, FINAL ->
                "the server turns this client away since about " + since + ": " + how.words()
                        + "; fewer connections may be allowed: --parallel 1, --rate 1";
        };
    }

    /** Why the rest of the checks could not be run; empty if all were. */
    Optional<String> gone() {
        return gone;
    }

    /** What a limit of the server did to the run; empty if none was met. */
    Optional<String> note() {
        return limited.filter(how -> gone.isEmpty())
                .map(how -> "the server limits the connections of a client (" + how.words()
                        + "), so checks were run one at a time and slowly, some of them again; --parallel 1 and --rate"
                        + " keep a run within such a limit from the start");
    }
}
