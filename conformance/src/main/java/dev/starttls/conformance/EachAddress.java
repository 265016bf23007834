package dev.starttls.conformance;

import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The targets of another source, each at the addresses that are to be checked. */
final class EachAddress implements Fleet.Source {
    private final Fleet.Source source;
    private final Addresses addresses;
    private final Deque<Target> next = new ArrayDeque<>();

    EachAddress(Fleet.Source source, Addresses addresses) {
        this.source = source;
        this.addresses = addresses;
    }

    @Override
    public Optional<Target> next() {
        if (next.isEmpty()) {
            source.next().map(addresses::of).ifPresent(next::addAll);
        }
        return Optional.ofNullable(next.poll());
    }
}
