package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The targets of the command line of a survey: URLs, and blocks of addresses without the private ones, each target once. */
final class NamedTargets implements Fleet.Source {
    private static final String PLACE = "the command line";

    private final Deque<Iterator<Target>> sources = new ArrayDeque<>();
    private final RecentTargets recent;

    /**
     * Reads the URLs, and expands no block before its turn.
     *
     * @param recent the targets that were named before
     * @param seed of the order of the addresses of a block; empty for the natural one
     * @throws UsageException if one is not a URL of a target
     */
    NamedTargets(Collection<String> urls, RecentTargets recent, OptionalLong seed) throws UsageException {
        this.recent = recent;
        for (String url : urls) {
            Optional<TargetBlock> block = block(url);
            sources.add(
                    block.isPresent()
                            ? addresses(block.get(), seed).iterator()
                            : Stream.of(TargetSource.parse(url)).iterator());
        }
    }

    /** The block of addresses that a URL means, if it means one. */
    static Optional<TargetBlock> block(String url) throws UsageException {
        try {
            return TargetBlock.parse(url);
        } catch (TargetException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Stream<Target> addresses(TargetBlock block, OptionalLong seed) {
        return block.places(seed)
                .mapToObj(block.block()::at)
                .filter(address -> !AddressBlock.isPrivate(address))
                .map(block::at);
    }

    @Override
    public Optional<Target> next() {
        while (!sources.isEmpty()) {
            Iterator<Target> first = sources.element();
            while (first.hasNext()) {
                Target target = first.next();
                if (recent.namedBefore(target, PLACE).isEmpty()) {
                    return Optional.of(target);
                }
            }
            sources.remove();
        }
        return Optional.empty();
    }
}
