package dev.starttls.conformance;

import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Reads targets line by line from a source that may have no end. Empty lines and what follows a {@code #} are ignored;
 * an invalid line, or a target for which there is no check, is reported and does not stop the rest.
 */
final class TargetLines implements Fleet.Source {
    /**
     * Longer lines are reported and not kept in memory: no URL of a target is longer, since a host name has at most 255
     * octets.
     */
    static final int MAX_LINE = 2048;

    /** What begins with so many lines of which none is a target is something else. */
    private static final int MAX_NONSENSE = 1000;

    private final BoundedLines lines;
    private final String name;
    private final Function<Target, Optional<String>> refusal;
    private final RecentTargets recent;
    private final FirstMessages messages;
    private final OptionalLong seed;
    private PrivateAddresses privateOnes = PrivateAddresses.REFUSED;
    /** The blocks of addresses so far; the one that is being read is the last. */
    private final List<TargetBlock> blocks = new ArrayList<>();

    private Optional<BlockAddresses> addresses = Optional.empty();
    /** Finds the servers of a domain that are to be checked. */
    private Optional<Function<DomainTarget, List<Target>>> expansion = Optional.empty();

    /** Those of the last domain that are left. */
    private final Deque<Target> servers = new ArrayDeque<>();

    private long number;
    /** How many lines had something on them, and how many of those were no target, of whatever kind. */
    private long entries;

    private long nonsense;

    /** The same with the addresses of a block in their natural order. */
    TargetLines(
            InputStream in,
            String name,
            Function<Target, Optional<String>> refusal,
            RecentTargets recent,
            Messages messages) {
        this(in, name, refusal, recent, messages, OptionalLong.empty());
    }

    /**
     * Reads from a stream.
     *
     * @param name what the user calls it
     * @param refusal why there is nothing to do for a target
     * @param recent the targets that were named before, which are not checked again
     * @param seed of the order of the addresses of a block; empty for the natural one
     */
    TargetLines(
            InputStream in,
            String name,
            Function<Target, Optional<String>> refusal,
            RecentTargets recent,
            Messages messages,
            OptionalLong seed) {
        this.lines = new BoundedLines(in, MAX_LINE);
        this.name = name;
        this.refusal = refusal;
        this.recent = recent;
        this.messages = new FirstMessages(messages, name);
        this.seed = seed;
    }

    /** The same with this for domains. */
    TargetLines expanding(Function<DomainTarget, List<Target>> domains) {
        expansion = Optional.of(domains);
        return this;
    }

    /** The same with this done about private addresses of a block. */
    TargetLines with(PrivateAddresses how) {
        privateOnes = how;
        return this;
    }

    @Override
    public Optional<Target> next() {
        try {
            Optional<Target> expanded = nextOfBlock();
            if (expanded.isPresent()) {
                return expanded;
            }
            if (!servers.isEmpty()) {
                return Optional.of(servers.remove());
            }
            for (Optional<String> line = line(); line.isPresent(); line = line()) {
                Optional<Target> target = target(line.get());
                if (target.isPresent()) {
                    return target;
                }
            }
            messages.end();
            if (entries == 0) {
                messages.last("there is no target in " + name);
            } else if (hopeless()) {
                messages.last("the first " + entries + " lines of " + name
                        + " with something on them are no targets: it is no list of targets, and is not read on");
            }
        } catch (IOException e) {
            messages.end();
            messages.last("reading the targets: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Optional<Target> target(String line) {
        String url = line.replaceFirst("(^|\\s)#.*", "").strip();
        if (url.isEmpty()) {
            return Optional.empty();
        }
        entries++;
        try {
            Optional<TargetBlock> block = TargetBlock.parse(url);
            if (block.isPresent()) {
                return begin(block.get());
            }
            Optional<DomainTarget> domain = DomainTarget.parse(url);
            if (domain.isPresent()) {
                if (expansion.isEmpty()) {
                    messages.wrong("line " + number + " of the targets: "
                            + domain.get().url() + ": a domain is not for this kind of run");
                } else if (recent.namedBefore(domain.get(), "line " + number).isEmpty()) {
                    servers.addAll(expansion.get().apply(domain.get()));
                }
                return Optional.ofNullable(servers.poll());
            }
            Target target = Target.parse(url);
            Optional<String> reason = refusal.apply(target);
            reason.ifPresent(why -> messages.wrong("line " + number + " of the targets: " + target.url() + ": " + why));
            return reason.isEmpty() && isNew(target) ? Optional.of(target) : Optional.empty();
        } catch (TargetException e) {
            nonsense++;
            boolean wide = url.indexOf('\0') >= 0;
            messages.wrong("line " + number + " of the targets: "
                    + (wide ? "the file is not in UTF-8 but perhaps in UTF-16" : e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<Target> begin(TargetBlock block) {
        Optional<String> reason = refusal.apply(block.at(block.block().first()));
        if (reason.isPresent()) {
            messages.wrong("line " + number + " of the targets: " + block.block() + ": " + reason.get());
            return Optional.empty();
        }
        BlockAddresses each = new BlockAddresses(block, privateOnes, seed);
        each.obstacle().ifPresent(why -> messages.wrong("line " + number + " of the targets: " + why));
        blocks.add(block);
        addresses = Optional.of(each);
        return nextOfBlock();
    }

    /** The next address of the block that was not named before. */
    private Optional<Target> nextOfBlock() {
        for (Optional<Target> next = addresses.flatMap(BlockAddresses::next);
                next.isPresent();
                next = addresses.flatMap(BlockAddresses::next)) {
            Target target = next.get();
            if (blocks.subList(0, blocks.size() - 1).stream().noneMatch(earlier -> earlier.contains(target))
                    && recent.namedBefore(target, "a block of addresses").isEmpty()) {
                return next;
            }
        }
        return Optional.empty();
    }

    private boolean isNew(Target target) {
        boolean leftOut = AddressBlock.parse(target.host())
                .filter(own -> privateOnes.refuse(own.first()))
                .isPresent();
        if (!leftOut && blocks.stream().anyMatch(block -> block.contains(target))) {
            messages.note("line " + number + " of the targets: " + target.url()
                    + " was named before, in a block of addresses; it is checked once");
            return false;
        }
        Optional<String> before = recent.namedBefore(target, "line " + number);
        before.ifPresent(place -> messages.note("line " + number + " of the targets: " + target.url()
                + " was named before, in " + place + "; it is checked once"));
        return before.isEmpty();
    }

    /** The next line that is short enough; longer ones are reported. */
    private Optional<String> line() throws IOException {
        while (!hopeless()) {
            Optional<BoundedLines.Line> next = lines.next();
            number = next.map(BoundedLines.Line::number).orElse(number);
            if (next.filter(BoundedLines.Line::overlong).isEmpty()) {
                return next.map(BoundedLines.Line::text);
            }
            entries++;
            nonsense++;
            messages.wrong("line " + number + " of the targets is longer than " + MAX_LINE + " octets");
        }
        return Optional.empty();
    }

    /** Whether it is something else than a list. */
    private boolean hopeless() {
        return nonsense >= MAX_NONSENSE && nonsense == entries;
    }
}
