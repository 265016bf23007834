package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.core.discovery.DiscoveredServices;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.tls.PresentedIdentifier;
import dev.starttls.core.upgrade.TlsPolicy;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The servers at which a domain's users submit and read mail (RFC 6186, RFC 8314). */
final class ServiceTopic {
    private ServiceTopic() {}

    static List<DomainRule> rules() {
        return List.of(
                new DomainRule.OfHost(
                        Check.of("DNS-S-17", "implicit TLS and STARTTLS of a host show one identity")
                                .clause("RFC 8314 section 3.3")
                                .level(Level.SHOULD)
                                .why(
                                        "Clients of one account that use different ports meet different certificates: what one of them"
                                                + " accepts, another may refuse, and a certificate is renewed on one port and forgotten on"
                                                + " the other.")
                                .fix("Configure one certificate for all ports of the host.")
                                .onDomains(),
                        ServiceTopic::oneIdentity),
                new DomainRule.OfDomain(
                        Check.of("DNS-S-18", "SRV records name the services for users, with implicit TLS")
                                .clause("RFC 8314 section 5.1, RFC 6186 section 3")
                                .level(Level.SHOULD)
                                .why("Without them mail programs guess the names of servers, some of them without TLS.")
                                .fix(
                                        "Publish _submissions._tcp and _imaps._tcp (or _pop3s._tcp) SRV records in a signed zone, or with"
                                                + " targets inside the domain; target '.' for services that are not offered.")
                                .onDomains(),
                        ServiceTopic::published));
    }

    private static Verdict published(DomainFacts facts) {
        if (facts.domain().services().isEmpty()) {
            return Verdict.skip("SRV records are asked for by domain: alone");
        }
        Services services = facts.domain().services().get();
        if (services.found().isEmpty()) {
            return services.failure().filter(DnsAnswer.Failure.BOGUS::equals).isPresent()
                    ? Verdict.fail(services.detail())
                    : Verdict.inconclusive(services.detail());
        }
        DiscoveredServices found = services.found().get();
        if (found.endpoints().isEmpty()) {
            return Verdict.warn(
                    found.notOffered().isEmpty() ? "there are none" : "the domain says that it offers no service");
        }
        String all = found.endpoints().stream()
                .map(endpoint -> endpoint.service().name().toLowerCase(Locale.ROOT) + " " + endpoint.host() + ":"
                        + endpoint.port())
                .collect(Collectors.joining(", "));
        List<String> foreign = found.endpoints().stream()
                .filter(endpoint -> endpoint.trust() == TargetTrust.UNCONFIRMED)
                .map(ServiceEndpoint::host)
                .distinct()
                .toList();
        if (!foreign.isEmpty()) {
            return facts.unsigned(
                    Verdict.warn(all + "; outside the domain, and not signed: " + String.join(", ", foreign)));
        }
        return found.endpoints().stream().anyMatch(endpoint -> endpoint.policy() == TlsPolicy.IMPLICIT)
                ? Verdict.pass(all)
                : Verdict.warn(all + "; none with implicit TLS");
    }

    private static Verdict oneIdentity(DomainFacts facts, DomainHost host) {
        Scheme scheme = host.target().scheme();
        List<DomainHost> others = facts.domain().hosts().stream()
                .filter(other -> other.name().equals(host.name())
                        && other.target().address().equals(host.target().address())
                        && other.target().scheme().implicitTls() != scheme.implicitTls())
                .toList();
        if (others.isEmpty()) {
            return Verdict.skip("it has ports of one kind alone");
        }
        if (host.tls().isEmpty()) {
            return Verdict.undecided("the certificate was not seen"
                    + host.problem().map(why -> ": " + why).orElse(""));
        }
        X509Certificate own = host.tls().get().chain().get(0);
        for (DomainHost other : others) {
            if (other.tls().isEmpty()) {
                return Verdict.undecided("the certificate of " + other.target().url() + " was not seen");
            }
            X509Certificate its = other.tls().get().chain().get(0);
            if (!its.equals(own) && !names(its).equals(names(own))) {
                return Verdict.warn("port " + host.target().port() + " shows a certificate for " + names(own)
                        + ", port " + other.target().port() + " one for " + names(its));
            }
        }
        boolean same = others.stream()
                .allMatch(other -> other.tls().orElseThrow().chain().get(0).equals(own));
        return Verdict.pass(same ? "the same certificate" : "certificates of the same names");
    }

    private static Set<String> names(X509Certificate certificate) {
        return PresentedIdentifier.of(certificate).stream()
                .map(PresentedIdentifier::toString)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
