package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.ServerVerifier;
import dev.starttls.smtp.policy.DaneRequirement;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.EncryptionRequired;
import dev.starttls.smtp.policy.DaneRequirement.HostUnusable;
import dev.starttls.smtp.policy.DaneRequirement.NotApplicable;
import dev.starttls.smtp.policy.DaneVerifier;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** DANE for the servers at which a domain's users submit and read mail (RFC 7673). */
final class ServiceDaneTopic {
    private ServiceDaneTopic() {}

    static List<DomainRule> rules() {
        return List.of(new DomainRule.OfService(
                Check.of("DNS-S-20", "TLSA records match the certificate of each server for users")
                        .clause("RFC 7673 sections 3.3 and 4.2")
                        .level(Level.MUST)
                        .why(
                                "A mail program that knows DANE does not log in at a server that none of its records matches."
                                        + " Without records it verifies the certificate as others do.")
                        .fix(
                                "Publish `_PORT._tcp.HOST. TLSA 3 1 1 HASH` for each port, the SHA-256 of the server's public key,"
                                        + " and keep it in step with the key; or remove the records.")
                        .onDomains(),
                ServiceDaneTopic::matches));
    }

    private static Verdict matches(DomainFacts facts, DomainHost host) {
        Optional<ServiceEndpoint> endpoint = endpoint(facts, host);
        if (endpoint.filter(one -> one.trust() == TargetTrust.SIGNED).isEmpty()) {
            return facts.unsigned(Verdict.skip("its SRV record is not signed: there is no DANE"));
        }
        DaneRequirement dane = facts.daneOfService(host);
        if (dane instanceof HostUnusable unusable) {
            return facts.unusable(unusable, host);
        }
        if (dane instanceof EncryptionRequired unusable) {
            return Verdict.undecided(
                    "not judged: no TLSA record is of usage 2 or 3: " + DaneTopic.reasons(unusable.records()));
        }
        if (dane instanceof NotApplicable none) {
            return facts.unsigned(Verdict.skip(none.detail()));
        }
        AuthenticationRequired required = (AuthenticationRequired) dane;
        Optional<String> problem = host.problem();
        if (problem.isPresent()) {
            return Verdict.inconclusive("the certificate was not seen: " + problem.get());
        }
        if (host.tls().isEmpty()) {
            return Verdict.fail("there was no TLS session, which TLSA records ask for");
        }
        return judged(facts, host, endpoint.get(), required, host.tls().get());
    }

    /** A certificate that usage 2 matches has the name of the host or of the domain (RFC 7673 section 4.2). */
    private static Verdict judged(
            DomainFacts facts,
            DomainHost host,
            ServiceEndpoint endpoint,
            AuthenticationRequired required,
            HandshakeResult.Done tls) {
        List<String> names = Stream.concat(required.names().stream(), endpoint.names().stream())
                .distinct()
                .toList();
        ServerVerifier.Verdict verdict = DaneVerifier.of(
                        names, required.records(), facts.settings().clock())
                .verify(ServerIdentity.of(host.name()), tls.chain());
        return verdict instanceof ServerVerifier.Refused refused
                ? Verdict.fail(refused.detail())
                : Verdict.pass("one of " + DaneTopic.shown(required.records().usable()) + " matches");
    }

    private static Optional<ServiceEndpoint> endpoint(DomainFacts facts, DomainHost host) {
        return facts.domain().services().flatMap(Services::found).stream()
                .flatMap(found -> found.endpoints().stream())
                .filter(one -> one.host().equals(host.name())
                        && one.port() == host.target().port())
                .findFirst();
    }
}
