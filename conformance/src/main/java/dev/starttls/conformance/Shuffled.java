package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The targets of another source out of order: each is a random one of the next few thousand, so that the servers of one operator,
 * which stand together in most lists, are not asked one right after the other.
 */
final class Shuffled implements Fleet.Source {
    /** A megabyte or two. */
    static final int WINDOW = 10_000;

    private final Fleet.Source source;
    private final Random random;
    private final List<Target> window = new ArrayList<>();
    private boolean ended;

    Shuffled(Fleet.Source source, long seed) {
        this.source = source;
        this.random = new Random(seed);
    }

    @Override
    public Optional<Target> next() {
        while (!ended && window.size() < WINDOW) {
            Optional<Target> next = source.next();
            next.ifPresent(window::add);
            ended = next.isEmpty();
        }
        if (window.isEmpty()) {
            return Optional.empty();
        }
        int chosen = random.nextInt(window.size());
        Target target = window.get(chosen);
        Target last = window.remove(window.size() - 1);
        if (chosen < window.size()) {
            window.set(chosen, last);
        }
        return Optional.of(target);
    }
}
