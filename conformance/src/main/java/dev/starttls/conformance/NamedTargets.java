package dev.starttls.conformance;

import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The targets of the command line of a survey: URLs, and blocks of addresses, each target once. */
final class NamedTargets implements Fleet.Source {
    private static final String PLACE = "the command line";

    private final Deque<Fleet.Source> sources = new ArrayDeque<>();
    private final List<String> obstacles = new ArrayList<>();
    private final RecentTargets recent;

    /**
     * Reads the URLs, and expands no block before its turn.
     *
     * @param recent the targets that were named before
     * @param privateOnes what is done about private addresses of a block
     * @param seed of the order of the addresses of a block; empty for the natural one
     * @throws UsageException if one is not a URL of a target
     */
    NamedTargets(Collection<String> urls, RecentTargets recent, PrivateAddresses privateOnes, OptionalLong seed)
            throws UsageException {
        this.recent = recent;
        for (String url : urls) {
            Optional<TargetBlock> block = block(url);
            if (block.isPresent()) {
                BlockAddresses addresses = new BlockAddresses(block.get(), privateOnes, seed);
                addresses.obstacle().ifPresent(obstacles::add);
                sources.add(addresses::next);
            } else {
                sources.add(once(TargetSource.parse(url)));
            }
        }
    }

    private static Fleet.Source once(Target target) {
        Deque<Target> left = new ArrayDeque<>(List.of(target));
        return () -> Optional.ofNullable(left.poll());
    }

    /** The block of addresses that a URL means, if it means one. */
    static Optional<TargetBlock> block(String url) throws UsageException {
        try {
            return TargetBlock.parse(url);
        } catch (TargetException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** The blocks of which nothing is asked, and why. */
    List<String> obstacles() {
        return List.copyOf(obstacles);
    }

    @Override
    public Optional<Target> next() {
        while (!sources.isEmpty()) {
            Fleet.Source first = sources.element();
            for (Optional<Target> next = first.next(); next.isPresent(); next = first.next()) {
                if (recent.namedBefore(next.get(), PLACE).isEmpty()) {
                    return next;
                }
            }
            sources.remove();
        }
        return Optional.empty();
    }
}
