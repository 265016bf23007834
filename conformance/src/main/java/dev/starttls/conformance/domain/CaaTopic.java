package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord.Caa;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.PresentedIdentifier;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/** Whether the authority that issued a server's certificate may issue for its name (RFC 8659). */
final class CaaTopic {
    private CaaTopic() {}

    static List<DomainRule> rules() {
        return List.of(new DomainRule.OfHost(
                Check.of("DNS-S-15", "CAA records permit the issuer of each certificate")
                        .clause("RFC 8659 sections 3 and 4")
                        .level(Level.SHOULD)
                        .why(
                                "Any authority may issue a certificate for a name without CAA records. Where records leave out the one"
                                        + " that is used, the next renewal is refused.")
                        .fix(
                                "Publish `CAA 0 issue \"AUTHORITY\"` at the domain, with the name that the authority documents.")
                        .onDomains(),
                CaaTopic::permitted));
    }

    private static Verdict permitted(DomainFacts facts, DomainHost host) {
        if (!DomainExpansion.isHostName(host.name())) {
            return Verdict.skip("it has no name (DNS-S-02)");
        }
        List<Caa> records = List.of();
        Optional<List<X509Certificate>> chain =
                host.tls().map(HandshakeResult.Done::chain).filter(shown -> !shown.isEmpty());
        boolean wildcard =
                chain.filter(shown -> wildcard(shown.get(0), host.name())).isPresent();
        String name = wildcard ? above(host.name()) : host.name();
        while (records.isEmpty() && !name.isEmpty()) {
            DnsAnswer answer = facts.ask(name, DnsType.CAA);
            if (answer instanceof DnsAnswer.Failed failed) {
                return DomainFacts.failed(failed, "the CAA records of " + name);
            }
            records = answer.records(Caa.class);
            if (records.isEmpty()) {
                name = above(name);
            }
        }
        // RFC 8659 section 4.3: for a wildcard, the records of its own tag alone count where there are some.
        String tag =
                wildcard && records.stream().anyMatch(record -> record.tag().equals("issuewild"))
                        ? "issuewild"
                        : "issue";
        List<String> issuers = records.stream()
                .filter(record -> record.tag().equals(tag))
                .map(record -> record.value().split(";", -1)[0].strip().toLowerCase(Locale.ROOT))
                .toList();
        if (issuers.isEmpty()) {
            return Verdict.warn("there is no CAA record with 'issue': every authority may issue");
        }
        String at = name + " permits "
                + issuers.stream()
                        .map(issuer -> issuer.isEmpty() ? "nobody" : issuer)
                        .collect(Collectors.joining(", "));
        return chain.map(shown -> judged(shown, issuers, at))
                .orElseGet(() -> Verdict.undecided(at + "; the certificate was not seen"));
    }

    /** The name without its first label; empty for one of a single label. */
    private static String above(String name) {
        return name.indexOf('.') < 0 ? "" : name.substring(name.indexOf('.') + 1);
    }

    /** Whether the certificate is the host's by a wildcard. */
    private static boolean wildcard(X509Certificate leaf, String host) {
        List<String> names = PresentedIdentifier.of(leaf).stream()
                .filter(name -> name.kind() == PresentedIdentifier.Kind.DNS)
                .map(name -> name.value().toLowerCase(Locale.ROOT))
                .toList();
        return !names.contains(host) && names.contains("*." + above(host));
    }

    private static Verdict judged(List<X509Certificate> chain, List<String> issuers, String at) {
        X500Principal principal = chain.get(0).getIssuerX500Principal();
        String issuer = principal.getName(X500Principal.RFC1779);
        Optional<Set<String>> names = CaaIdentifiers.of(principal);
        if (names.isEmpty()) {
            return Verdict.undecided("not judged: " + at + "; the issuer is " + issuer
                    + ", and by what name CAA records call it is not known here");
        }
        return names.get().stream().anyMatch(issuers::contains)
                ? Verdict.pass(at + ", and it is the issuer")
                : Verdict.fail(at + ", and the issuer is " + issuer + ", which CAA records call "
                        + names.get().stream().sorted().collect(Collectors.joining(" or ")));
    }
}
