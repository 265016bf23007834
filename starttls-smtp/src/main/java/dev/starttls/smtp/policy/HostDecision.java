package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;

/** Decides what one host has to prove: DANE where it applies, and MTA-STS where DANE does not (RFC 8461 section 2). */
record HostDecision(
        DnsResolver resolver,
        DaneLookup dane,
        int port,
        TlsSettings verifying,
        TlsSettings encrypting,
        Optional<X509TrustManager> trust,
        DeliveryOutcomes outcomes) {

    /** What the policy says of the host, and what becomes of that. */
    private record Verdict(
            Requirement requirement, TlsSettings tls, ReportedPolicy reportedAs, Optional<StsTrial> trial) {}

    Candidate of(String domain, DnsAnswer mx, DnsRecord.Mx record, Optional<StsPolicy> sts) {
        String host = record.exchange();
        HostAddresses found = HostAddresses.of(resolver, host);
        Candidate.Place place = new Candidate.Place(host, port, record.preference(), found.addresses());
        if (found.addresses().isEmpty()) {
            return candidate(place, nothing(ReportedPolicy.none(domain), Optional.empty()))
                    .excluded(FailureReason.CONNECT_FAILED, found.detail());
        }
        DaneLookup.Result tlsa = lookUp(domain, mx, host);
        if (tlsa instanceof DaneLookup.Failed failed) {
            ReportedPolicy policy = new ReportedPolicy(ReportedPolicy.Type.TLSA, host, List.of(), List.of());
            return candidate(place, nothing(policy, Optional.empty())).excluded(failed.reason(), failed.detail());
        }
        if (tlsa instanceof DaneLookup.Required required) {
            return candidate(
                    place,
                    new Verdict(required.dane(), required.tls(), ReportedPolicy.of(required.dane()), Optional.empty()));
        }
        if (sts.isPresent() && sts.get().mode() == StsPolicy.Mode.ENFORCE) {
            Candidate enforced = candidate(
                    place,
                    new Verdict(
                            new Requirement.TrustedCertificate(host),
                            verifying,
                            ReportedPolicy.of(domain, sts.get()),
                            Optional.empty()));
            return sts.get().allows(host)
                    ? enforced
                    : enforced.excluded(
                            FailureReason.HOST_EXCLUDED,
                            "Expected a host that the policy of " + domain + " has as mx, one of "
                                    + sts.get().mx() + ", got " + host);
        }
        Optional<StsTrial> trial = sts.map(policy -> new StsTrial(host, policy.allows(host), trust));
        ReportedPolicy policy =
                sts.map(present -> ReportedPolicy.of(domain, present)).orElseGet(() -> ReportedPolicy.none(domain));
        if (tlsa instanceof DaneLookup.Unusable unusable) {
            return candidate(place, new Verdict(new Requirement.Encryption(unusable.why()), encrypting, policy, trial));
        }
        return candidate(place, nothing(policy, trial));
    }

    /** A host of an address literal, of which no policy says anything (RFC 8461 section 3.4). */
    Candidate ofLiteral(Candidate.Place place) {
        return candidate(place, nothing(ReportedPolicy.none(place.host()), Optional.empty()));
    }

    private DaneLookup.Result lookUp(String domain, DnsAnswer mx, String host) {
        try {
            return dane.look(resolver, domain, mx, host, port);
        } catch (RuntimeException e) {
            return new DaneLookup.Failed(
                    FailureReason.LOCAL_ERROR, "Expected an answer of the DnsResolver about " + host + ", got " + e);
        }
    }

    private Verdict nothing(ReportedPolicy policy, Optional<StsTrial> trial) {
        return new Verdict(new Requirement.Nothing(), encrypting, policy, trial);
    }

    private Candidate candidate(Candidate.Place place, Verdict verdict) {
        return new Candidate(
                place,
                verdict.requirement(),
                verdict.tls(),
                verdict.reportedAs(),
                new OutcomeListener(verdict.reportedAs(), place.host(), place.addresses(), verdict.trial(), outcomes));
    }
}
