package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.StsResult.Applies;
import dev.starttls.smtp.policy.StsResult.Failure;
import dev.starttls.smtp.policy.StsResult.Freshness;
import dev.starttls.smtp.policy.StsResult.NoPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * The MTA-STS policies of all domains, from the DNS, HTTPS and what was stored (RFC 8461 section 3).
 *
 * <pre>{@code
 * StsPolicies policies = new StsPolicies(resolver, new HttpsPolicyFetcher(resolver), store, Clock.systemUTC());
 * boolean allowed = policies.of("example.org").policy().map(policy -> policy.allows("mx.example.org")).orElse(true);
 * System.out.println(policies.explain("example.org"));
 * policies.purge("example.org");
 * }</pre>
 *
 * <p>A policy that is stored and has not expired is applied whatever becomes of the DNS and of HTTPS. The record is asked for each time,
 * but not twice within {@link #GRACE}; another id leads to a fetch. After one that has failed, the same id of the domain is not fetched
 * again for {@link #RETRY}: that is remembered by the process, for {@value #MAX_REMEMBERED} domains at most.
 *
 * <p>Policies are to be refreshed before they expire, or an attacker only has to wait. The library has no thread for that: once an hour
 * or so, call {@link #refreshDue}, and {@link #refresh} each domain after its delay.
 *
 * <p>The policy domain is that of the recipient's address, and of a smart host its own name (section 3.4). Subdomains inherit nothing, and
 * address literals have no policy.
 *
 * <p>Safe for use by several threads; each waits for its own look-ups. Two that ask for the same domain at once may both fetch.
 */
public final class StsPolicies {

    /** How long a record that was found is not asked for again. Nothing is then known of a newer policy: {@link Freshness#RECENT}. */
    public static final Duration GRACE = Duration.ofMinutes(1);

    /** How long a policy that could not be fetched is not asked for again, unless the id changes (RFC 8461 section 3.3). */
    public static final Duration RETRY = Duration.ofMinutes(5);

    /** How old a policy is when it is due to be refreshed. Asked for each day, the oldest are a day and a half old. */
    public static final Duration REFRESH_AFTER = Duration.ofHours(12);

    /** The time over which refreshes are spread. */
    public static final Duration SPREAD = Duration.ofHours(3);

    /** How long a policy is kept and refreshed although no mail needs it. */
    public static final Duration UNUSED = Duration.ofDays(180);

    /** How many domains are remembered that were asked for, or could not be fetched, of late. */
    static final int MAX_REMEMBERED = 10_000;

    /** Not each delivery is worth a write to the disk. */
    private static final Duration USED_AGAIN = Duration.ofDays(1);

    private final DnsResolver resolver;
    private final PolicyFetcher fetcher;
    private final PolicyStore store;
    private final InstantSource clock;
    private final Random random;
    /** When the record of a stored policy was last confirmed. */
    private final Recent<Instant> confirmed = new Recent<>(MAX_REMEMBERED);

    private final Recent<Refused> refused = new Recent<>(MAX_REMEMBERED);

    private record Refused(String id, Instant at, Failure failure) {}

    /**
     * When to refresh a policy.
     *
     * @param domain whose it is
     * @param delay zero to {@link #SPREAD} from now
     */
    public record Refresh(String domain, Duration delay) {}

    /**
     * Policies that come from the world.
     *
     * @param resolver that the records are asked of; an answer that was not validated counts too
     * @param fetcher of what the records promise
     * @param store where they are kept
     * @param clock of the real time, for instance {@code Clock.systemUTC()}
     * @throws NullPointerException if any is null
     */
    public StsPolicies(DnsResolver resolver, PolicyFetcher fetcher, PolicyStore store, InstantSource clock) {
        this(resolver, fetcher, store, clock, new Random());
    }

    StsPolicies(DnsResolver resolver, PolicyFetcher fetcher, PolicyStore store, InstantSource clock, Random random) {
        this.resolver = Objects.requireNonNull(resolver, "resolver: expected a DnsResolver, got null");
        this.fetcher = Objects.requireNonNull(
                fetcher, "fetcher: expected a PolicyFetcher, got null; try new HttpsPolicyFetcher(resolver)");
        this.store = Objects.requireNonNull(
                store, "store: expected a PolicyStore, got null; try PolicyStore.inMemory(10_000)");
        this.clock = Objects.requireNonNull(clock, "clock: expected a clock, got null; try Clock.systemUTC()");
        this.random = random;
    }

    /**
     * The policy of a domain, for a delivery. It blocks for the DNS, and where a policy has to be fetched, for that.
     *
     * @param domain of the recipient, or the name of a smart host
     * @return what counts now; a domain without a record costs one look-up
     * @throws IllegalArgumentException if it is no name of a domain
     */
    public StsResult of(String domain) {
        String name = DomainName.require(domain);
        Instant now = clock.instant();
        Optional<StoredPolicy> kept = valid(name, now).map(policy -> used(policy, now));
        if (kept.isPresent()
                && confirmed.find(name).filter(at -> within(GRACE, at, now)).isPresent()) {
            return new Applies(kept.get(), Freshness.RECENT, Optional.empty());
        }
        return ask(name, kept, now);
    }

    /**
     * The policy of a domain, and the record is asked for in any case. Before a message that has been failing is returned for good because
     * of a policy, ask again (RFC 8461 section 5.1, step 3), and give it up if that is {@link Freshness#current}.
     *
     * @param domain of the recipient, or the name of a smart host
     * @return what counts now, never {@link Freshness#RECENT}
     * @throws IllegalArgumentException if it is no name of a domain
     */
    public StsResult recheck(String domain) {
        String name = DomainName.require(domain);
        Instant now = clock.instant();
        return ask(name, valid(name, now).map(policy -> used(policy, now)), now);
    }

    /**
     * The policies that are due to be refreshed: those that were fetched more than {@link #REFRESH_AFTER} ago. Policies that were not used
     * for {@link #UNUSED}, and those that have expired, are removed from the store instead.
     *
     * @param now the present
     * @return in random order, spread over {@link #SPREAD}, so that neither this side nor a host of many domains has them all at once
     */
    public List<Refresh> refreshDue(Instant now) {
        List<String> due = new ArrayList<>();
        for (String domain : domains()) {
            Optional<StoredPolicy> kept = find(domain);
            if (kept.isEmpty()) {
                continue;
            }
            if (!kept.get().valid(now) || unused(kept.get(), now)) {
                remove(domain);
            } else if (!within(REFRESH_AFTER, kept.get().fetched(), now)) {
                due.add(domain);
            }
        }
        Collections.shuffle(due, random);
        List<Refresh> spread = new ArrayList<>();
        for (int i = 0; i < due.size(); i++) {
            // Each somewhere in a share of its own.
            long nanos = (long) ((i + random.nextDouble()) * SPREAD.toNanos() / due.size());
            spread.add(new Refresh(due.get(i), Duration.ofNanos(nanos)));
        }
        return spread;
    }

    /**
     * Fetches the policy of a domain again, whether or not the record has changed, so that it holds longer (RFC 8461 section 3.3). The
     * operator should hear of a failure, unless the mode is none: if it goes on until the policy expires, protection ends.
     *
     * @param domain whose policy is stored
     * @return the new policy; or the old one and the failure; or none, if none was stored that is valid
     * @throws IllegalArgumentException if it is no name of a domain
     */
    public StsResult refresh(String domain) {
        String name = DomainName.require(domain);
        Instant now = clock.instant();
        Optional<StoredPolicy> kept = valid(name, now);
        if (kept.isEmpty()) {
            return new NoPolicy("no valid policy of " + name + " is stored", Optional.empty());
        }
        String id = lookUp(name) instanceof StsRecord.Lookup.Published published
                ? published.record().id()
                : kept.get().id();
        return fetch(name, id, kept, now);
    }

    /**
     * Forgets all that is known of a domain: its policy, and that it was asked for or could not be fetched. For an operator who knows that
     * the policy is wrong; it also ends its protection until the next fetch has succeeded.
     *
     * @param domain whose
     * @throws IllegalArgumentException if it is no name of a domain
     */
    public void purge(String domain) {
        String name = DomainName.require(domain);
        remove(name);
        confirmed.remove(name);
        refused.remove(name);
    }

    /**
     * Says what is stored of a domain, what the DNS says now, and what follows, for an operator who wonders why mail is held. It asks for
     * the record, fetches no policy and changes nothing.
     *
     * @param domain whose
     * @return several lines, each ended by a line feed
     * @throws IllegalArgumentException if it is no name of a domain
     */
    public String explain(String domain) {
        String name = DomainName.require(domain);
        Instant now = clock.instant();
        StringBuilder text = new StringBuilder("MTA-STS of " + name + " at " + now + "\n");
        Optional<StoredPolicy> kept = find(name);
        kept.ifPresentOrElse(
                policy -> text.append("stored: id ")
                        .append(policy.id())
                        .append(", mode ")
                        .append(policy.policy().mode())
                        .append(", mx ")
                        .append(policy.policy().mx())
                        .append(", fetched ")
                        .append(policy.fetched())
                        .append(policy.valid(now) ? ", valid until " : ", expired ")
                        .append(policy.expires())
                        .append('\n'),
                () -> text.append("stored: nothing\n"));
        StsRecord.Lookup record = lookUp(name);
        text.append("record: ").append(StsRecord.nameFor(name)).append(": ");
        if (record instanceof StsRecord.Lookup.Published published) {
            text.append("id ").append(published.record().id()).append('\n');
        } else if (record instanceof StsRecord.Lookup.NoRecord none) {
            text.append(none.reason()).append(": ").append(none.detail()).append('\n');
        }
        refused.find(name).filter(last -> within(RETRY, last.at(), now)).ifPresent(last -> text.append(
                        "last fetch: id ")
                .append(last.id())
                .append(" at ")
                .append(last.at())
                .append(" failed: ")
                .append(last.failure().resultType())
                .append(": ")
                .append(last.failure().detail())
                .append("; not repeated before ")
                .append(last.at().plus(RETRY))
                .append('\n'));
        return text.append("so: ")
                .append(consequence(kept.filter(policy -> policy.valid(now)), record))
                .append('\n')
                .toString();
    }

    private static String consequence(Optional<StoredPolicy> kept, StsRecord.Lookup record) {
        boolean published = record instanceof StsRecord.Lookup.Published;
        if (kept.isEmpty()) {
            return published
                    ? "the policy is fetched at the next delivery"
                    : "mail is delivered as though the domain knew no MTA-STS";
        }
        boolean newer = record instanceof StsRecord.Lookup.Published one
                && !one.record().id().equals(kept.get().id());
        return newer
                ? "the policy is fetched at the next delivery, and the stored one applies if that fails"
                : "the stored policy applies; purge it if it is known to be wrong";
    }

    private StsResult ask(String name, Optional<StoredPolicy> kept, Instant now) {
        StsRecord.Lookup record = lookUp(name);
        if (record instanceof StsRecord.Lookup.Published published) {
            String id = published.record().id();
            if (kept.filter(policy -> policy.id().equals(id)).isPresent()) {
                confirmed.keep(name, now);
                return new Applies(kept.get(), Freshness.CONFIRMED, Optional.empty());
            }
            Optional<Refused> last =
                    refused.find(name).filter(before -> before.id().equals(id) && within(RETRY, before.at(), now));
            return last.isPresent() ? failed(kept, last.get().failure()) : fetch(name, id, kept, now);
        }
        StsRecord.Lookup.NoRecord none = (StsRecord.Lookup.NoRecord) record;
        if (kept.isEmpty()) {
            return new NoPolicy(none.detail(), Optional.empty());
        }
        boolean answered = none.reason() != StsRecord.Reason.LOOKUP_FAILED;
        return new Applies(kept.get(), answered ? Freshness.WITHOUT_RECORD : Freshness.UNKNOWN, Optional.empty());
    }

    private StsResult fetch(String name, String id, Optional<StoredPolicy> kept, Instant now) {
        Failure failure;
        PolicyFetcher.Result result = Contained.fetch(fetcher, name);
        if (result instanceof PolicyFetcher.Fetched fetched) {
            try {
                StoredPolicy policy = new StoredPolicy(
                        name,
                        id,
                        StsPolicy.parse(fetched.text()),
                        now,
                        kept.map(StoredPolicy::used).orElse(now));
                keep(policy);
                refused.remove(name);
                confirmed.keep(name, now);
                return new Applies(policy, Freshness.FETCHED, Optional.empty());
            } catch (StsSyntaxException e) {
                failure = new Failure(StsSyntaxException.RESULT_TYPE, String.valueOf(e.getMessage()));
            }
        } else {
            PolicyFetcher.Failed why = (PolicyFetcher.Failed) result;
            failure = new Failure(why.failure().resultType(), why.failure() + ": " + why.detail());
        }
        refused.keep(name, new Refused(id, now, failure));
        return failed(kept, failure);
    }

    private StsResult failed(Optional<StoredPolicy> kept, Failure failure) {
        return kept.isPresent()
                ? new Applies(kept.get(), Freshness.OUTDATED, Optional.of(failure))
                : new NoPolicy("the policy could not be fetched: " + failure.detail(), Optional.of(failure));
    }

    private StsRecord.Lookup lookUp(String name) {
        return StsRecord.of(Contained.ask(resolver, StsRecord.nameFor(name), DnsType.TXT));
    }

    private Optional<StoredPolicy> valid(String name, Instant now) {
        return find(name).filter(policy -> policy.valid(now));
    }

    private StoredPolicy used(StoredPolicy kept, Instant now) {
        if (within(USED_AGAIN, kept.used(), now)) {
            return kept;
        }
        StoredPolicy again = kept.usedAt(now);
        keep(again);
        return again;
    }

    /** What seems to lie in the future was noted by a clock that was wrong: it is over, or it would hold until that time has come. */
    private static boolean within(Duration time, Instant since, Instant now) {
        return !since.isAfter(now) && now.isBefore(since.plus(time));
    }

    private static boolean unused(StoredPolicy kept, Instant now) {
        return !kept.used().isAfter(now) && !within(UNUSED, kept.used(), now);
    }

    private Optional<StoredPolicy> find(String name) {
        try {
            Optional<StoredPolicy> found = store.find(name);
            return found == null ? Optional.empty() : found;
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private List<String> domains() {
        try {
            return store.domains();
        } catch (RuntimeException e) {
            return List.of();
        }
    }

    private void keep(StoredPolicy policy) {
        try {
            store.keep(policy);
        } catch (RuntimeException e) {
            // It applies to this delivery, and the next one fetches it again.
        }
    }

    private void remove(String name) {
        try {
            store.remove(name);
        } catch (RuntimeException e) {
            // It expires by itself.
        }
    }
}
