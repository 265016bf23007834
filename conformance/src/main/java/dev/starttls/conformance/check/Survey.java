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
 */
public record Survey(List<Phase> phases, Optional<HandshakeResult.Done> tls, Optional<String> problem) {
    public Survey {
        phases = List.copyOf(phases);
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
