package dev.starttls.core.upgrade;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The answer that this side's own code has promised and that the connection waits for. Any thread may complete it; all else is
 * of the thread that drives the connection, which alone carries on with what was answered.
 */
final class PendingAnswer {

    private final Waker waker;
    private volatile Optional<Arrival<?>> awaited = Optional.empty();

    PendingAnswer(Waker waker) {
        this.waker = waker;
    }

    <T> void await(Step.Later<T> later) {
        Arrival<T> arrival = new Arrival<>(waker, later.then());
        awaited = Optional.of(arrival);
        var unused = later.answer().whenComplete(arrival);
        // What is there by now is found by the thread that looks next, which is this one.
        arrival.armed = true;
    }

    /** Whether one is waited for, complete or not. */
    boolean waits() {
        return awaited.isPresent();
    }

    /** Whether the one that is waited for is there. */
    boolean complete() {
        return awaited.map(Arrival::complete).orElse(false);
    }

    /** Waits no more, and makes a step of what was answered, or throws what it was completed with. */
    Step take() {
        Arrival<?> arrival = awaited.orElseThrow();
        awaited = Optional.empty();
        return arrival.step();
    }

    /** Waits no more: what comes later changes nothing and wakes no thread. */
    void forget() {
        awaited.ifPresent(Arrival::forget);
        awaited = Optional.empty();
    }

    /** How it was completed. */
    private record Outcome<T>(T value, Throwable thrown) {}

    private static final class Arrival<T> implements BiConsumer<T, Throwable> {

        private final AtomicReference<Optional<Outcome<T>>> outcome = new AtomicReference<>(Optional.empty());
        private final Function<? super T, ? extends Step> then;
        private volatile Optional<Waker> waker;
        private volatile boolean armed;

        Arrival(Waker waker, Function<? super T, ? extends Step> then) {
            this.waker = Optional.of(waker);
            this.then = then;
        }

        @Override
        public void accept(T value, Throwable thrown) {
            Optional<Waker> waiting = waker;
            // A stage of another's making may say it twice.
            if (waiting.isPresent() && !complete()) {
                outcome.set(Optional.of(new Outcome<>(value, thrown)));
                if (armed) {
                    waiting.get().wake();
                }
            }
        }

        boolean complete() {
            return outcome.get().isPresent();
        }

        void forget() {
            waker = Optional.empty();
        }

        Step step() {
            Outcome<T> came = outcome.get().orElseThrow();
            forget();
            Throwable thrown = came.thrown();
            while ((thrown instanceof CompletionException || thrown instanceof ExecutionException)
                    && thrown.getCause() != null) {
                thrown = thrown.getCause();
            }
            if (thrown instanceof RuntimeException fault) {
                throw fault;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw new CompletionException(thrown);
            }
            return then.apply(came.value());
        }
    }
}
