package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.util.Optional;

/** The targets of another source that have no result yet. */
final class Remaining implements Fleet.Source {
    private final Fleet.Source source;
    private final DoneTargets done;

    Remaining(Fleet.Source source, DoneTargets done) {
        this.source = source;
        this.done = done;
    }

    @Override
    public Optional<Target> next() {
        Optional<Target> next = source.next();
        while (next.filter(done::contains).isPresent()) {
            next = source.next();
        }
        return next;
    }
}
