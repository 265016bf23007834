package dev.starttls.conformance.check;

import dev.starttls.conformance.speak.Handshake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One well-behaved session, before any check: whether the target is there and speaks the protocol, how long each phase
 * took, and what TLS came to.
 *
 * @param problem why checking makes no sense: it cannot be reached or speaks something else, with a hint; empty if it
 *     makes sense
 */
public record Survey(List<Phase> phases, Optional<Handshake.Done> tls, Optional<String> problem) {
    public Survey {
        phases = List.copyOf(phases);
    }

    /** A phase of the upgrade and the time it took. */
    public record Phase(String name, Duration took) {}

    /** Collects phases while the session goes on. */
    public static final class Stopwatch {
        private final List<Phase> phases = new ArrayList<>();
        private long since = System.nanoTime();

        /** The phase that is running now ends and is called so; the next begins. */
        public void phase(String name) {
            long now = System.nanoTime();
            phases.add(new Phase(name, Duration.ofNanos(now - since)));
            since = now;
        }

        /** The session went as far as it goes. */
        public Survey survey(Optional<Handshake.Done> tls) {
            return new Survey(phases, tls, Optional.empty());
        }

        /** Checking makes no sense. */
        public Survey problem(String told) {
            return new Survey(phases, Optional.empty(), Optional.of(told));
        }
    }
}
