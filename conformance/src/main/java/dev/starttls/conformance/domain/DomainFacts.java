package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.smtp.policy.DaneRequirement;
import dev.starttls.smtp.policy.StsRecord;
import dev.starttls.smtp.policy.TlsaLookup;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the rules about a domain judge: the domain, its servers when they have been checked, and what the DNS and HTTPS say of both. */
final class DomainFacts {
    private final Domain domain;
    private final DomainSettings settings;
    private final Map<String, DaneRequirement> dane = new HashMap<>();
    private Optional<StsFinding> sts = Optional.empty();

    DomainFacts(Domain domain, DomainSettings settings) {
        this.domain = domain;
        this.settings = settings;
    }

    Domain domain() {
        return domain;
    }

    String name() {
        return domain.target().domain();
    }

    DomainSettings settings() {
        return settings;
    }

    DnsAnswer ask(String name, DnsType type) {
        return domain.lookups().ask(name, type);
    }

    /** What DANE asks of a server; the same for all its addresses. */
    DaneRequirement dane(DomainHost host) {
        return dane.computeIfAbsent(host.name() + ":" + host.target().port(), each -> TlsaLookup.with(domain.lookups())
                .forMx(name(), domain.mx(), host.name(), host.target().port()));
    }

    /** What DANE asks of a server that a signed SRV record names; the same for all its addresses. */
    DaneRequirement daneOfService(DomainHost host) {
        return dane.computeIfAbsent(
                host.name() + ":" + host.target().port() + " by SRV", each -> TlsaLookup.with(domain.lookups())
                        .forHost(host.name(), host.target().port()));
    }

    /** What is known of the domain's MTA-STS policy; found out once, when it is first asked for. */
    StsFinding sts() {
        if (sts.isEmpty()) {
            sts = Optional.of(StsFinding.of(
                    StsRecord.of(ask(StsRecord.nameFor(name()), DnsType.TXT)), name(), domain.lookups(), settings));
        }
        return sts.get();
    }

    /** The verdict on a look-up that failed: signatures that do not hold are a fault of the domain, all else may be one of ours. */
    static Verdict failed(DnsAnswer.Failed failed, String what) {
        String detail = what + ": " + failed.cause() + ", " + failed.detail();
        return failed.cause() == DnsAnswer.Failure.BOGUS
                ? Verdict.fail(detail)
                : Verdict.inconclusive("no answer about " + detail);
    }

    /** The verdict on a server that must not be used by DANE, since a look-up has failed or it has no address. */
    Verdict unusable(DaneRequirement.HostUnusable unusable, DomainHost host) {
        if (unusable.reason() == FailureReason.CONNECT_FAILED) {
            return Verdict.skip("it has no address");
        }
        return domain.lookups().bogusAbout(host.name()).isPresent()
                        || domain.lookups().bogusAbout(name()).isPresent()
                ? Verdict.fail(unusable.detail())
                : Verdict.inconclusive(unusable.detail());
    }

    /** A verdict that needs signatures, where there are none: undecided if nobody could have validated them. */
    Verdict unsigned(Verdict otherwise) {
        return settings.unvalidated()
                .map(why -> Verdict.undecided("DNSSEC is not judged: " + why))
                .orElse(otherwise);
    }
}
