package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** The targets of another source that have no result yet and are not on the blocklist. */
final class Remaining implements Fleet.Source {
    private final Fleet.Source source;
    private final Predicate<Target> done;
    private final Predicate<Target> refused;
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong others = new AtomicLong();

    Remaining(Fleet.Source source, Predicate<Target> done, Predicate<Target> refused) {
        this.source = source;
        this.done = done;
        this.refused = refused;
    }

    @Override
    public Optional<Target> next() {
        for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
            if (done.test(next.get())) {
                others.incrementAndGet();
                continue;
            }
            if (!refused.test(next.get())) {
                others.incrementAndGet();
                return next;
            }
            refusals.incrementAndGet();
        }
        return Optional.empty();
    }

    /** Whether there were targets, and all of them are on the blocklist. */
    boolean allRefused() {
        return refusals.get() > 0 && others.get() == 0;
    }

    /** How many targets were left out because of the blocklist, in words; empty if none was. */
    Optional<String> description() {
        return description(refusals.get());
    }

    /** The same of so many. */
    static Optional<String> description(long count) {
        return count == 0
                ? Optional.empty()
                : Optional.of(count + (count == 1 ? " target is" : " targets are") + " on the blocklist and left out");
    }
}
