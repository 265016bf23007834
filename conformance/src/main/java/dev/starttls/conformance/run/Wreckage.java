package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.TurnedAway;
import dev.starttls.conformance.connection.Cut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds out which check a server died of: one whose connection ended without an answer to what was sent last, when the
 * server was heard for the last time. Safe for use by several threads.
 */
final class Wreckage {
    /** A busy machine may read what came before the end so much later than the end itself. */
    private static final long SLACK = Duration.ofMillis(250).toNanos();

    /** A connection of a check that ended so. */
    private record Trace(Check check, Cut cut) {}

    private final List<Trace> traces = new ArrayList<>();
    private boolean refused;
    private Optional<Long> heard = Optional.empty();

    /** Notes what happened to the connections of a check. */
    synchronized void add(Ran ran) {
        ran.context().cuts().forEach(cut -> traces.add(new Trace(ran.check(), cut)));
        ran.context()
                .lastHeard()
                .ifPresent(at -> heard =
                        Optional.of(heard.filter(before -> before - at > 0).orElse(at)));
        ran.turnedAway().ifPresent(this::add);
    }

    /** Notes how a connection was turned away. */
    synchronized void add(TurnedAway how) {
        refused |= how.kind() == TurnedAway.Kind.REFUSED;
    }

    /** The checks that may have done it, the most probable first: it had sent first what was not answered. */
    synchronized List<Check> suspects() {
        return traces.stream()
                .filter(trace -> heard.isEmpty() || trace.cut().ended() - heard.get() > -SLACK)
                .sorted(Comparator.comparingLong(trace -> trace.cut().sent() - heard.orElse(0L)))
                .map(Trace::check)
                .distinct()
                .toList();
    }

    /** The check that did it, if connections are refused since. */
    synchronized Optional<Check> culprit() {
        return refused ? suspects().stream().findFirst() : Optional.empty();
    }
}
