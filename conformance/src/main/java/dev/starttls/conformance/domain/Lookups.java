package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What the DNS has said about one domain: each question is asked once, so that all rows of a report stand on the same answers. */
final class Lookups implements DnsResolver {
    /** For all that is asked here about a domain: a zone whose servers are silent may have any number of names to ask about. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final DnsResolver resolver;
    private final Duration limit;
    /** The nanoseconds that answers have taken; between them servers are checked, which has a time of its own. */
    private final AtomicLong spent = new AtomicLong();

    private final LongSupplier clock;

    private final Map<String, DnsAnswer> answers = new ConcurrentHashMap<>();

    Lookups(DnsResolver resolver) {
        this(resolver, LIMIT, System::nanoTime);
    }

    /**
     * With another time and clock.
     *
     * @param limit for the answers to all questions together; after it the answer to others is that there was none in time
     * @param clock in nanoseconds
     */
    Lookups(DnsResolver resolver, Duration limit, LongSupplier clock) {
        this.clock = clock;
        this.resolver = resolver;
        this.limit = limit;
    }

    @Override
    public DnsAnswer ask(String name, DnsType type) {
        return answers.computeIfAbsent(type + " " + name, question -> contained(name, type));
    }

    private DnsAnswer contained(String name, DnsType type) {
        if (spent.get() >= limit.toNanos()) {
            return new DnsAnswer.Failed(
                    DnsAnswer.Failure.TIMEOUT,
                    "not asked: the time for questions about this domain, " + limit.toSeconds() + " s, is over");
        }
        long begun = clock.getAsLong();
        try {
            return Objects.requireNonNull(resolver.ask(name, type), "an answer of the resolver");
        } catch (RuntimeException e) {
            return new DnsAnswer.Failed(DnsAnswer.Failure.SERVER_FAILURE, "the resolver threw " + e);
        } finally {
            spent.addAndGet(clock.getAsLong() - begun);
        }
    }

    /** A failed answer about a name, or one below it, whose signatures do not hold; empty if there was none. */
    Optional<DnsAnswer.Failed> bogusAbout(String name) {
        return answers.entrySet().stream()
                .filter(each ->
                        each.getKey().endsWith(" " + name) || each.getKey().endsWith("." + name))
                .flatMap(each -> each.getValue() instanceof DnsAnswer.Failed failed
                        ? Optional.of(failed).stream()
                        : java.util.stream.Stream.empty())
                .filter(failed -> failed.cause() == DnsAnswer.Failure.BOGUS)
                .findFirst();
    }
}
