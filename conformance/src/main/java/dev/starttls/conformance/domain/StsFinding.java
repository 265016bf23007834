package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.FetchFailure;
import dev.starttls.smtp.policy.PolicyFetcher;
import dev.starttls.smtp.policy.StsPolicy;
import dev.starttls.smtp.policy.StsRecord;
import dev.starttls.smtp.policy.StsSyntaxException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What was found of a domain's MTA-STS policy.
 *
 * @param lookup of the record
 * @param fetched from the policy's server; empty if there is no record, or the server has no address
 * @param policy that came
 * @param flaw why what came is no policy, or where its server has no address
 */
record StsFinding(
        StsRecord.Lookup lookup,
        Optional<PolicyFetcher.Result> fetched,
        Optional<StsPolicy> policy,
        Optional<String> flaw) {

    /** Failures that may be ours, or the network's between. */
    private static final Set<FetchFailure> OPEN = EnumSet.of(
            FetchFailure.NOT_CONNECTED, FetchFailure.TIMEOUT, FetchFailure.INCOMPLETE, FetchFailure.LOCAL_ERROR);

    static StsFinding of(StsRecord.Lookup lookup, String domain, DnsResolver resolver, DomainSettings settings) {
        if (lookup instanceof StsRecord.Lookup.NoRecord) {
            return new StsFinding(lookup, Optional.empty(), Optional.empty(), Optional.empty());
        }
        String host = "mta-sts." + domain;
        if (resolver.ask(host, DnsType.A) instanceof DnsAnswer.Absent
                && resolver.ask(host, DnsType.AAAA) instanceof DnsAnswer.Absent) {
            return new StsFinding(
                    lookup, Optional.empty(), Optional.empty(), Optional.of("there is no address of " + host));
        }
        PolicyFetcher.Result fetched = settings.fetcher().fetch(domain);
        if (fetched instanceof PolicyFetcher.Fetched response) {
            try {
                return new StsFinding(
                        lookup, Optional.of(fetched), Optional.of(StsPolicy.parse(response.text())), Optional.empty());
            } catch (StsSyntaxException e) {
                return new StsFinding(
                        lookup, Optional.of(fetched), Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
            }
        }
        return new StsFinding(lookup, Optional.of(fetched), Optional.empty(), Optional.empty());
    }

    /** Whether it is not known what policy the domain has: an answer did not come, for what may be our own reasons. */
    boolean unknown() {
        boolean noAnswer =
                lookup instanceof StsRecord.Lookup.NoRecord none && none.reason() == StsRecord.Reason.LOOKUP_FAILED;
        return noAnswer
                || fetched.filter(result ->
                                result instanceof PolicyFetcher.Failed failed && OPEN.contains(failed.failure()))
                        .isPresent();
    }

    /** The policy if there is one that asks something of servers. */
    Optional<StsPolicy> inForce() {
        return policy.filter(one -> one.mode() != StsPolicy.Mode.NONE);
    }

    /** Why no server is judged by it. */
    String reason() {
        if (lookup instanceof StsRecord.Lookup.NoRecord none) {
            return switch (none.reason()) {
                case ABSENT -> "the domain has no MTA-STS record";
                case SEVERAL, MALFORMED -> "the domain's MTA-STS record does not count (DNS-S-09)";
                case LOOKUP_FAILED -> "it is not known whether the domain has an MTA-STS record (DNS-S-09)";
            };
        }
        return policy.isEmpty()
                ? "there is no policy to judge by (DNS-S-10)"
                : "the policy's mode is none: it asks nothing";
    }
}
