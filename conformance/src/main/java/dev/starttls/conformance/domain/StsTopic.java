package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.tls.certificate.ChainRules;
import dev.starttls.conformance.tls.certificate.NameRules;
import dev.starttls.conformance.tls.certificate.NameVerdict;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.smtp.policy.MxPattern;
import dev.starttls.smtp.policy.PolicyFetcher;
import dev.starttls.smtp.policy.StsPolicy;
import dev.starttls.smtp.policy.StsRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** MTA-STS (RFC 8461), and whether a domain's mail is protected by it or by DANE. */
final class StsTopic {
    private static final Duration SHORT = Duration.ofDays(7);

    private StsTopic() {}

    static List<DomainRule> rules() {
        return List.of(
                new DomainRule.OfDomain(
                        Check.of("DNS-S-09", "the domain has one MTA-STS record")
                                .clause("RFC 8461 section 3.1")
                                .level(Level.MUST)
                                .why(
                                        "Senders look for a policy only where the record says that there is one. Two records, or one"
                                                + " that cannot be read, are as good as none.")
                                .fix(
                                        "Publish one TXT record at _mta-sts.DOMAIN: `v=STSv1; id=20301231T000000;`, and change the id"
                                                + " with the policy.")
                                .onDomains(),
                        StsTopic::announced),
                new DomainRule.OfDomain(
                        Check.of("DNS-S-10", "the MTA-STS policy can be fetched and read")
                                .clause("RFC 8461 sections 3.2 and 3.3")
                                .level(Level.MUST)
                                .why(
                                        "Senders that cannot fetch the policy deliver as if there were none, which is what an attacker"
                                                + " wants.")
                                .fix(
                                        "Serve https://mta-sts.DOMAIN/.well-known/mta-sts.txt as text/plain, with status 200, no redirect"
                                                + " and a certificate of mta-sts.DOMAIN.")
                                .onDomains(),
                        StsTopic::fetched),
                new DomainRule.OfDomain(
                        Check.of("DNS-S-11", "the MTA-STS policy is enforced, and for long")
                                .clause("RFC 8461 sections 3.2 and 5")
                                .level(Level.SHOULD)
                                .why(
                                        "In mode testing senders deliver even to a server that fails. A policy with a short max_age is"
                                                + " forgotten soon, and an attacker has to hold up its refresh for as short.")
                                .fix(
                                        "When the TLS reports show no failures, set `mode: enforce` and a max_age of weeks, for instance"
                                                + " 1209600.")
                                .onDomains(),
                        StsTopic::enforced),
                new DomainRule.OfMx(
                        Check.of("DNS-S-12", "the MTA-STS policy allows each MX")
                                .clause("RFC 8461 sections 4.1 and 5")
                                .level(Level.MUST)
                                .why("Senders that enforce the policy do not deliver to a host that it does not name.")
                                .fix(
                                        "Add an `mx:` line for the host to the policy, then change the id of the record; or remove the"
                                                + " host's MX record.")
                                .onDomains(),
                        StsTopic::allowed),
                new DomainRule.OfMx(
                        Check.of("DNS-S-13", "the certificate of each MX is what MTA-STS asks for")
                                .clause("RFC 8461 sections 4.2 and 7.2")
                                .level(Level.MUST)
                                .why(
                                        "Senders that enforce the policy do not deliver to a server whose certificate has expired, leads to"
                                                + " no public root or has another name.")
                                .fix(
                                        "Let the server present a certificate of a public authority with the MX host's name as"
                                                + " subjectAltName, and the intermediate certificates.")
                                .onDomains(),
                        StsTopic::certified),
                new DomainRule.OfMx(
                        Check.of(
                                        "DNS-S-19",
                                        "an attacker cannot strip TLS: DANE or an enforced MTA-STS policy demands it")
                                .clause("RFC 3207 section 6, RFC 7672 section 1.3, RFC 8461 section 2")
                                .level(Level.SECURITY)
                                .why(
                                        "Without either, a sender that meets no STARTTLS delivers in plaintext, and takes any certificate:"
                                                + " someone in the middle reads and changes the mail.")
                                .fix(
                                        "Publish an MTA-STS policy in mode enforce, or sign the zone and publish TLSA records; both"
                                                + " together reach the most senders.")
                                .onDomains(),
                        StsTopic::demanded));
    }

    private static Verdict announced(DomainFacts facts) {
        StsRecord.Lookup lookup = facts.sts().lookup();
        if (lookup instanceof StsRecord.Lookup.Published published) {
            return Verdict.pass("id " + published.record().id());
        }
        StsRecord.Lookup.NoRecord none = (StsRecord.Lookup.NoRecord) lookup;
        return switch (none.reason()) {
            case ABSENT -> Verdict.warn("there is none");
            case SEVERAL, MALFORMED -> Verdict.fail(none.detail());
            case LOOKUP_FAILED ->
                facts.ask(StsRecord.nameFor(facts.name()), DnsType.TXT) instanceof DnsAnswer.Failed failed
                        ? DomainFacts.failed(failed, "the MTA-STS record")
                        : Verdict.inconclusive(none.detail());
        };
    }

    private static Verdict fetched(DomainFacts facts) {
        StsFinding sts = facts.sts();
        if (sts.lookup() instanceof StsRecord.Lookup.NoRecord) {
            return unjudged(facts);
        }
        if (sts.flaw().isPresent()) {
            return Verdict.fail(sts.flaw().get());
        }
        PolicyFetcher.Result result = sts.fetched().orElseThrow();
        if (result instanceof PolicyFetcher.Failed failed) {
            String detail = failed.failure().resultType() + ": " + failed.detail();
            return sts.unknown() ? Verdict.inconclusive(detail) : Verdict.fail(detail);
        }
        Optional<String> type = ((PolicyFetcher.Fetched) result).mediaType();
        return type.filter("text/plain"::equals).isPresent()
                ? Verdict.pass(String.join(", ", sts.policy().orElseThrow().lines()))
                : Verdict.warn("its media type is " + type.orElse("not given") + " in place of text/plain");
    }

    private static Verdict enforced(DomainFacts facts) {
        StsFinding sts = facts.sts();
        if (sts.policy().isEmpty()) {
            return unjudged(facts);
        }
        StsPolicy policy = sts.policy().get();
        String age = "max_age " + policy.maxAge().toSeconds() + " s";
        return switch (policy.mode()) {
            case NONE -> Verdict.warn("its mode is none: it is withdrawn");
            case TESTING -> Verdict.warn("its mode is testing: senders deliver in any case");
            case ENFORCE ->
                policy.maxAge().compareTo(SHORT) < 0
                        ? Verdict.warn(age + ", less than a week")
                        : Verdict.pass("mode enforce, " + age);
        };
    }

    private static Verdict allowed(DomainFacts facts, DomainHost host) {
        Optional<StsPolicy> policy = facts.sts().inForce();
        if (policy.isEmpty()) {
            return unjudged(facts);
        }
        String patterns = policy.get().mx().stream().map(MxPattern::text).collect(Collectors.joining(", "));
        return policy.get().allows(host.name())
                ? Verdict.pass("the policy has " + patterns)
                : Verdict.fail("the policy has " + patterns + ", which do not match it");
    }

    private static Verdict unjudged(DomainFacts facts) {
        StsFinding sts = facts.sts();
        return sts.unknown() ? Verdict.undecided(sts.reason()) : Verdict.skip(sts.reason());
    }

    private static Verdict certified(DomainFacts facts, DomainHost host) {
        if (facts.sts().inForce().isEmpty()) {
            return unjudged(facts);
        }
        Optional<String> problem = host.problem();
        if (problem.isPresent()) {
            return Verdict.inconclusive("the certificate was not seen: " + problem.get());
        }
        if (host.tls().isEmpty()) {
            return Verdict.fail("there was no TLS session, which the policy asks for");
        }
        HandshakeResult.Done tls = host.tls().get();
        List<String> faults = new ArrayList<>(new ChainRules(
                        facts.settings().roots(), facts.settings().clock().instant())
                .judge(tls.chain())
                .faults());
        NameVerdict name = NameRules.judge(tls.chain().get(0), ServerIdentity.of(host.name()));
        if (!(name instanceof NameVerdict.Matched)) {
            String names = ServerIdentity.shownNames(tls.chain().get(0));
            faults.add(
                    "the certificate is for " + (names.isEmpty() ? "no name" : names) + ", and not for " + host.name());
        }
        if (tls.version().equals("TLSv1") || tls.version().equals("TLSv1.1")) {
            faults.add("the server speaks " + tls.version() + " at most");
        }
        return faults.isEmpty()
                ? Verdict.pass("trusted, in its dates, for " + host.name())
                : Verdict.fail(String.join("; ", faults));
    }

    private static Verdict demanded(DomainFacts facts, DomainHost host) {
        boolean enforced = facts.sts()
                .policy()
                .filter(policy -> policy.mode() == StsPolicy.Mode.ENFORCE)
                .isPresent();
        Optional<Boolean> dane = DaneTopic.protects(facts, host);
        if (dane.orElse(false)) {
            return Verdict.pass("by DANE" + (enforced ? " and by MTA-STS" : ""));
        }
        if (enforced) {
            return Verdict.pass("by MTA-STS");
        }
        boolean open = dane.isPresent() && !facts.sts().unknown();
        return open
                ? Verdict.warn("by neither: senders fall back to plaintext, as an attacker can have them do")
                : Verdict.undecided("by neither as far as is known (DNS-S-06, DNS-S-10)");
    }
}
