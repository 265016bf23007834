package dev.starttls.conformance;

import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.Target;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/** The targets of a block of addresses, one after the other, without those that are private unless they are asked too. */
final class BlockAddresses {
    private final TargetBlock block;
    private final PrivateAddresses how;
    private final PrimitiveIterator.OfLong places;

    /**
     * Nothing is expanded yet.
     *
     * @param seed of the order; empty for the natural one
     */
    BlockAddresses(TargetBlock block, PrivateAddresses how, OptionalLong seed) {
        this.block = block;
        this.how = how;
        this.places = (empty() ? LongStream.empty() : block.places(seed)).iterator();
    }

    /** The next one; empty if there is none left. */
    Optional<Target> next() {
        while (places.hasNext()) {
            InetAddress address = block.block().at(places.nextLong());
            if (!how.refuse(address)) {
                return Optional.of(block.at(address));
            }
        }
        return Optional.empty();
    }

    /** Why nothing of it is asked; empty if something is. */
    Optional<String> obstacle() {
        return empty()
                ? Optional.of(block.block() + ": all of its addresses are private and left out; --private-addresses"
                        + " asks them, and so does a line for each of them")
                : Optional.empty();
    }

    private boolean empty() {
        return how == PrivateAddresses.REFUSED && AddressBlock.isPrivate(block.block());
    }
}
