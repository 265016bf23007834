package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.X509TrustManager;

/** Decides what one host has to prove: DANE where it applies, and MTA-STS where DANE does not (RFC 8461 section 2). */
record HostDecision(
        DnsResolver resolver,
        int port,
        TlsSettings verifying,
        TlsSettings encrypting,
        Supplier<TlsSettings.Builder> matching,
        Optional<X509TrustManager> trust,
        DeliveryOutcomes outcomes) {

    /** What the policy says of the host, what becomes of that, and what it would say of a host that gets mail nevertheless. */
    private record Verdict(
            Requirement requirement, TlsSettings tls, ReportedPolicy reportedAs, Optional<SessionTrial> trial) {}

    /** Whose mail it is, and how the host is known to be theirs. */
    private record Recipients(String domain, RequireTls.MxName mxName) {}

    Candidate of(String domain, DnsAnswer mx, DnsRecord.Mx record, Optional<StsPolicy> sts) {
        String host = record.exchange();
        Recipients to = new Recipients(domain, mxName(mx, host, sts));
        if (DomainName.of(host).filter(host::equals).isEmpty()) {
            String shown = DomainName.shown(host);
            Candidate.Place nowhere = new Candidate.Place(shown, port, record.preference(), List.of());
            return candidate(to, nowhere, nothing(ReportedPolicy.none(domain), Optional.empty()))
                    .excluded(
                            FailureReason.CONNECT_FAILED,
                            "Expected the name of a host in an MX record of " + domain + ", got " + shown);
        }
        HostAddresses found = HostAddresses.of(resolver, host);
        Candidate.Place place = new Candidate.Place(host, port, record.preference(), found.addresses());
        DaneRequirement dane = TlsaLookup.with(resolver).forMx(domain, mx, found, port);
        if (dane instanceof DaneRequirement.HostUnusable unusable) {
            ReportedPolicy policy = new ReportedPolicy(ReportedPolicy.Type.TLSA, host, List.of(), List.of());
            return candidate(to, place, nothing(policy, Optional.empty()))
                    .excluded(unusable.reason(), unusable.detail());
        }
        if (found.addresses().isEmpty()) {
            return candidate(to, place, nothing(ReportedPolicy.none(domain), Optional.empty()))
                    .excluded(FailureReason.CONNECT_FAILED, found.detail());
        }
        if (dane instanceof DaneRequirement.AuthenticationRequired required) {
            return candidate(
                    to,
                    place,
                    new Verdict(
                            new Requirement.Dane(
                                    required.baseDomain(), required.records().usable(), required.names()),
                            required.applyTo(matching.get()).build(),
                            ReportedPolicy.of(required.baseDomain(), required.records()),
                            Optional.empty()));
        }
        if (sts.isPresent() && sts.get().mode() == StsPolicy.Mode.ENFORCE) {
            Candidate enforced = candidate(
                    to,
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
        if (dane instanceof DaneRequirement.EncryptionRequired unusable) {
            return encrypted(to, place, unusable);
        }
        Optional<SessionTrial> trial = sts.map(policy -> new StsTrial(host, policy.allows(host), trust));
        ReportedPolicy policy =
                sts.map(present -> ReportedPolicy.of(domain, present)).orElseGet(() -> ReportedPolicy.none(domain));
        return candidate(to, place, nothing(policy, trial));
    }

    private static RequireTls.MxName mxName(DnsAnswer mx, String host, Optional<StsPolicy> sts) {
        if (mx.records(DnsRecord.Mx.class).isEmpty()) {
            return RequireTls.MxName.NOT_FROM_MX;
        }
        if (mx.secure()) {
            return RequireTls.MxName.DNSSEC;
        }
        return sts.isPresent() && sts.get().allows(host) ? RequireTls.MxName.MTA_STS : RequireTls.MxName.NOT_VALIDATED;
    }

    /** Mail is delivered, and a report says that the records cannot be used (RFC 8460 section 4.3.2.1). */
    private Candidate encrypted(Recipients to, Candidate.Place place, DaneRequirement.EncryptionRequired unusable) {
        String why = unusable.records().ignored().stream()
                .map(one -> one.record() + ": " + one.why())
                .collect(Collectors.joining("; "));
        SessionTrial trial = unused -> Optional.of(new SessionTrial.Refusal(
                FailureReason.TLSA_MISMATCH,
                "Expected usable TLSA records of " + unusable.baseDomain() + ", got none: " + why));
        return candidate(
                to,
                place,
                new Verdict(
                        new Requirement.Encryption(why),
                        unusable.applyTo(matching.get()).build(),
                        ReportedPolicy.of(unusable.baseDomain(), unusable.records()),
                        Optional.of(trial)));
    }

    /** A host of an address literal, of which no policy says anything (RFC 8461 section 3.4). */
    Candidate ofLiteral(Candidate.Place place) {
        Recipients to = new Recipients(place.host(), RequireTls.MxName.NOT_FROM_MX);
        return candidate(to, place, nothing(ReportedPolicy.none(place.host()), Optional.empty()));
    }

    private Verdict nothing(ReportedPolicy policy, Optional<SessionTrial> trial) {
        return new Verdict(new Requirement.Nothing(), encrypting, policy, trial);
    }

    private Candidate candidate(Recipients to, Candidate.Place place, Verdict verdict) {
        return new Candidate(
                place,
                verdict.requirement(),
                verdict.tls(),
                new Candidate.Settings(verifying, encrypting),
                to.mxName(),
                verdict.reportedAs(),
                new OutcomeListener(
                        to.domain(), verdict.reportedAs(), place.host(), place.addresses(), verdict.trial(), outcomes));
    }
}
