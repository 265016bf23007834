package dev.starttls.conformance;

import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * One port of each address of a block: {@code smtp://192.0.2.0/28}, {@code smtp://[2001:db8::]:2525/120}.
 *
 * @param scheme of all
 * @param port of all
 * @param block the addresses
 */
record TargetBlock(Scheme scheme, int port, AddressBlock block) {
    /** A run of a year at a thousand per second; more is a mistake. */
    private static final long MAX = 1L << 35;

    /**
     * Reads a URL that ends in {@code /BITS}.
     *
     * @return empty if it ends in something else
     * @throws TargetException if it has no address, or too many
     */
    static Optional<TargetBlock> parse(String url) throws TargetException {
        int slash = url.lastIndexOf('/');
        // A slash after another one is that of SCHEME://.
        if (slash < 1
                || url.charAt(slash - 1) == '/'
                || !url.substring(slash + 1).matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        Target first = Target.parse(url.substring(0, slash));
        Optional<AddressBlock> block =
                first.name().isPresent() ? Optional.empty() : AddressBlock.parse(first.host() + url.substring(slash));
        Optional<Long> size = block.flatMap(AddressBlock::size).filter(count -> count <= MAX);
        if (size.isEmpty()) {
            throw new TargetException("'" + url + "': expected ADDRESS[:PORT]/BITS with at most 2^35 addresses, as in "
                    + first.scheme().key() + "://192.0.2.0/28");
        }
        return Optional.of(new TargetBlock(first.scheme(), first.port(), block.orElseThrow()));
    }

    long size() {
        return block.size().orElseThrow();
    }

    /** Whether the target is one of them. */
    boolean contains(Target target) {
        return target.scheme() == scheme
                && target.port() == port
                && target.name().isEmpty()
                && AddressBlock.parse(target.host())
                        .filter(own -> block.contains(own.first()))
                        .isPresent();
    }

    /**
     * The addresses that are not private.
     *
     * @param seed of their order; empty for the natural one
     */
    LongStream places(OptionalLong seed) {
        LongStream places = LongStream.range(0, size());
        if (seed.isEmpty()) {
            return places;
        }
        Permutation order = new Permutation(size(), seed.getAsLong());
        return places.map(order::at);
    }

    Target at(InetAddress address) {
        return new Target(scheme, address.getHostAddress(), port);
    }
}
