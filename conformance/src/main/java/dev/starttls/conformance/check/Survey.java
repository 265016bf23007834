package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.HandshakeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One well-behaved session before the checks: whether the target answers and speaks the protocol, how long each phase
 * took, and which TLS was negotiated.
 *
 * @param problem why the target cannot be checked: it cannot be reached or speaks another protocol, with a hint; empty
 *     if it can
 * @param notes what the run did otherwise than usual, and why, as sentences without the full stop
 */
public record Survey(
        List<Phase> phases, Optional<HandshakeResult.Done> tls, Optional<String> problem, List<String> notes) {
    /** The name of the phase in which the client waits for the greeting. */
    public static final String GREETING = "GREETING";

    public Survey {
        phases = List.copyOf(phases);
        notes = List.copyOf(notes);
    }

    /** A survey without notes. */
    public Survey(List<Phase> phases, Optional<HandshakeResult.Done> tls, Optional<String> problem) {
        this(phases, tls, problem, List.of());
    }

    /** The same with another problem, and with these notes. */
    public Survey with(Optional<String> otherProblem, List<String> itsNotes) {
        return new Survey(phases, tls, otherProblem, itsNotes);
    }

    /** How long the server took to greet; zero if it did not. */
    public Duration greeting() {
        return phases.stream()
                .filter(phase -> phase.name().equals(GREETING))
                .map(Phase::took)
                .findFirst()
                .orElse(Duration.ZERO);
    }

    /** A phase of the upgrade and the time it took. */
    public record Phase(String name, Duration took) {}

    /** Collects phases while the session goes on. */
    public static final class Stopwatch {
        private final List<Phase> phases = new ArrayList<>();
        private long since = System.nanoTime();

        /** Ends the current phase under this name, and starts the next. */
        public void phase(String name) {
            long now = System.nanoTime();
            phases.add(new Phase(name, Duration.ofNanos(now - since)));
            since = now;
        }

        /** The survey of a session that got as far as it could. */
        public Survey survey(Optional<HandshakeResult.Done> tls) {
            return new Survey(phases, tls, Optional.empty());
        }

        /** The survey of a target that cannot be checked. */
        public Survey problem(String detail) {
            return new Survey(phases, Optional.empty(), Optional.of(detail));
        }
    }
}
