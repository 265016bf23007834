package dev.starttls.smtp.policy;

import java.time.Instant;
import java.util.Objects;

/**
 * A policy that was fetched, as it is stored until it expires.
 *
 * @param domain whose policy it is, in ASCII and lower case
 * @param id of the record that led to it
 * @param policy as it was fetched
 * @param fetched when
 * @param used when mail for the domain last asked for it, within a day
 */
public record StoredPolicy(String domain, String id, StsPolicy policy, Instant fetched, Instant used) {

    /**
     * There must be all of them.
     *
     * @throws IllegalArgumentException if the domain is none, or the id is not one of a {@link StsRecord}
     * @throws java.time.DateTimeException if it would expire after the end of time
     */
    public StoredPolicy {
        domain = DomainName.require(domain);
        id = new StsRecord(id).id();
        Objects.requireNonNull(policy, "policy: expected an StsPolicy, got null");
        Objects.requireNonNull(fetched, "fetched: expected an Instant, got null");
        Objects.requireNonNull(used, "used: expected an Instant, got null");
        var unusedExpiry = fetched.plus(policy.maxAge());
    }

    /**
     * When it is valid no more (RFC 8461 section 3.2, max_age).
     *
     * @return the first instant at which it is not
     */
    public Instant expires() {
        return fetched.plus(policy.maxAge());
    }

    /**
     * Whether it may be applied, although DNS or HTTPS fail (RFC 8461 section 3.3).
     *
     * @param now the present
     * @return false once it has expired. One that seems to come from the future, since the clock was set back, is valid
     */
    public boolean valid(Instant now) {
        return now.isBefore(expires());
    }

    /**
     * The same, used again.
     *
     * @param now when
     * @return with that as {@link #used}
     */
    public StoredPolicy usedAt(Instant now) {
        return new StoredPolicy(domain, id, policy, fetched, now);
    }
}
