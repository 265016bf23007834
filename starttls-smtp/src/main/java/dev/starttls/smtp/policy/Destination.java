package dev.starttls.smtp.policy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Where a domain's mail goes: its hosts in the order in which they are to be tried, which iterating gives. What a host has to prove is
 * looked up when the iteration comes to it, so that hosts which are not needed cost no look-up; once known, it is kept.
 *
 * <pre>{@code
 * Destination destination = policy.forDomain("example.org");
 * destination.undeliverable().ifPresent(why -> System.out.println(why.detail()));
 * for (Candidate candidate : destination) {
 *     System.out.println(candidate);
 * }
 * }</pre>
 *
 * <p>To be used within minutes: policies change. Not safe for use by several threads.
 */
public final class Destination implements Iterable<Candidate> {

    /**
     * Why there is no host at all.
     *
     * @param kind whether that is for good
     * @param detail what was expected and what came
     */
    public record Undeliverable(Kind kind, String detail) {

        /** There must be both. */
        public Undeliverable {
            Objects.requireNonNull(kind, "kind: expected a Kind, got null");
            Objects.requireNonNull(detail, "detail: expected a text, got null");
        }
    }

    /** Why there is no host at all. */
    public enum Kind {
        /** The domain takes no mail (RFC 7505 section 3): the message is returned at once, with 556 and 5.1.10. */
        NO_MAIL,
        /** The MX records could not be looked up: the message is kept for later, with 451 and 4.4.3. */
        LOOKUP_FAILED
    }

    private final String domain;
    private final Optional<Undeliverable> undeliverable;
    private final StsResult sts;
    private final int count;
    private final IntFunction<Candidate> decide;
    private final List<Candidate> decided = new ArrayList<>();

    Destination(String domain, StsResult sts, int count, IntFunction<Candidate> decide) {
        this(domain, Optional.empty(), sts, count, decide);
    }

    Destination(String domain, Undeliverable why) {
        this(
                domain,
                Optional.of(why),
                new StsResult.NoPolicy("not asked, since there is no host", Optional.empty()),
                0,
                index -> {
                    throw new NoSuchElementException("no host");
                });
    }

    private Destination(
            String domain,
            Optional<Undeliverable> undeliverable,
            StsResult sts,
            int count,
            IntFunction<Candidate> decide) {
        this.domain = domain;
        this.undeliverable = undeliverable;
        this.sts = sts;
        this.count = count;
        this.decide = decide;
    }

    /**
     * The domain.
     *
     * @return in ASCII and lower case, without a dot at its end
     */
    public String domain() {
        return domain;
    }

    /**
     * Why there is no host.
     *
     * @return empty if there is one
     */
    public Optional<Undeliverable> undeliverable() {
        return undeliverable;
    }

    /**
     * The MTA-STS policy.
     *
     * @return as it was found for this destination
     */
    public StsResult sts() {
        return sts;
    }

    /**
     * Whether a message that no host has taken because of MTA-STS may be returned for good: there is no newer policy (RFC 8461 section 5.1,
     * step 3). Failures of this kind are transient until then: {@link DeliveryPolicy#recheck} makes sure.
     *
     * @return true also if there is no policy
     */
    public boolean policyIsCurrent() {
        return !(sts instanceof StsResult.Applies applies)
                || applies.freshness().current();
    }

    /**
     * All hosts, each of them looked up.
     *
     * @return in their order; empty if there is none
     */
    public List<Candidate> candidates() {
        List<Candidate> all = new ArrayList<>();
        for (Candidate candidate : this) {
            all.add(candidate);
        }
        return List.copyOf(all);
    }

    @Override
    public Iterator<Candidate> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < count;
            }

            @Override
            public Candidate next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("Expected one of " + count + " hosts of " + domain + ", got all");
                }
                if (next == decided.size()) {
                    decided.add(decide.apply(next));
                }
                return decided.get(next++);
            }
        };
    }

    /** One line for people; it looks nothing up. */
    @Override
    public String toString() {
        return "Destination[" + domain + ", "
                + undeliverable.map(Undeliverable::toString).orElse(count + " hosts") + "]";
    }
}
