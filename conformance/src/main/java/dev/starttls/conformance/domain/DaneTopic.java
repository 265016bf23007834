package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.ServerVerifier;
import dev.starttls.smtp.policy.DaneRequirement;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.EncryptionRequired;
import dev.starttls.smtp.policy.DaneRequirement.HostUnusable;
import dev.starttls.smtp.policy.DaneRequirement.NotApplicable;
import dev.starttls.smtp.policy.DaneVerifier;
import dev.starttls.smtp.policy.TlsaRecords;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** DNSSEC, and DANE on top of it (RFC 7672). */
final class DaneTopic {
    /** The characters of data that identify a record to a person. */
    private static final int SHOWN_DATA = 16;

    private DaneTopic() {}

    static List<DomainRule> rules() {
        return List.of(
                new DomainRule.OfDomain(
                        Check.of("DNS-S-04", "the MX records are signed")
                                .clause("RFC 7672 section 2.2.1, RFC 4035 section 4.3")
                                .level(Level.SHOULD)
                                .why(
                                        "Who can change unsigned MX records gets the mail, with a certificate of his own; DANE does"
                                                + " not apply without signatures.")
                                .fix("Sign the zone, and have its parent publish the DS record.")
                                .onDomains(),
                        DaneTopic::signed),
                new DomainRule.OfMx(
                        Check.of("DNS-S-05", "the addresses of each MX are signed")
                                .clause("RFC 7672 section 2.2.2")
                                .level(Level.SHOULD)
                                .why(
                                        "DANE applies to a host only if its addresses are signed, and its zone often is another than the"
                                                + " domain's.")
                                .fix("Sign the zone of the host, or ask its operator to.")
                                .onDomains(),
                        DaneTopic::signedAddress),
                new DomainRule.OfMx(
                        Check.of("DNS-S-06", "each MX has TLSA records that can be used")
                                .clause("RFC 7672 sections 2.2 and 3.1")
                                .level(Level.SHOULD)
                                .why(
                                        "With a usable TLSA record senders that know DANE never deliver without TLS, nor to a server with"
                                                + " another certificate. Usages 0 and 1 are not for mail servers.")
                                .fix(
                                        "Publish `_25._tcp.HOST. TLSA 3 1 1 HASH`, the SHA-256 of the server's public key, and keep it"
                                                + " in step with the key.")
                                .onDomains(),
                        DaneTopic::exists),
                new DomainRule.OfMx(
                        Check.of("DNS-S-07", "a TLSA record matches the certificate that each MX serves")
                                .clause("RFC 7672 sections 2.2 and 3")
                                .level(Level.MUST)
                                .why(
                                        "Senders that know DANE do not deliver to a server that no record matches: its mail waits, and"
                                                + " then comes back.")
                                .fix(
                                        "Publish a record of the certificate that is served; before it is replaced, a record of the next"
                                                + " one too, and wait for two TTLs.")
                                .onDomains(),
                        DaneTopic::matches),
                new DomainRule.OfMx(
                        Check.of("DNS-S-08", "the TLSA records of each MX survive the next change of certificate")
                                .clause("RFC 7671 sections 8.1 and 8.4")
                                .level(Level.SHOULD)
                                .why(
                                        "A lone record is wrong from the moment that the certificate is replaced until every resolver has"
                                                + " the new one. A record of the next key, or of the authority, bridges it.")
                                .fix(
                                        "Publish a second record: 3 1 1 of the next key, or 2 1 1 of the authority that issues the"
                                                + " certificates.")
                                .onDomains(),
                        DaneTopic::rollover));
    }

    private static Verdict signed(DomainFacts facts) {
        DnsAnswer mx = facts.domain().mx();
        return security(facts, mx, "the MX records of " + facts.name());
    }

    private static Verdict security(DomainFacts facts, DnsAnswer answer, String what) {
        if (answer instanceof DnsAnswer.Failed failed) {
            return DomainFacts.failed(failed, what);
        }
        return answer.secure()
                ? Verdict.pass(what + " are signed, and the signatures hold")
                : facts.unsigned(Verdict.warn(what + " are not signed"));
    }

    private static Verdict signedAddress(DomainFacts facts, DomainHost host) {
        Verdict worst = Verdict.skip("it has no address (DNS-S-03)");
        for (DnsType type : List.of(DnsType.A, DnsType.AAAA)) {
            DnsAnswer answer = facts.ask(host.name(), type);
            if (!(answer instanceof DnsAnswer.Absent)) {
                worst = Verdicts.worse(worst, security(facts, answer, "the " + type + " records of " + host.name()));
            }
        }
        return worst;
    }

    private static Verdict exists(DomainFacts facts, DomainHost host) {
        DaneRequirement dane = facts.dane(host);
        if (dane instanceof AuthenticationRequired required) {
            List<TlsaRecords.Ignored> ignored = required.records().ignored();
            String usable = shown(required.records().usable());
            return ignored.isEmpty()
                    ? Verdict.pass(usable)
                    : Verdict.warn(usable + "; beside records that are of no use: " + reasons(required.records()));
        }
        if (dane instanceof EncryptionRequired encrypted) {
            return Verdict.warn("none can be used: " + reasons(encrypted.records())
                    + "; senders that know DANE ask for TLS and verify nothing");
        }
        if (dane instanceof HostUnusable unusable) {
            return facts.unusable(unusable, host);
        }
        NotApplicable none = (NotApplicable) dane;
        return switch (none.absence()) {
            case NO_RECORDS -> facts.unsigned(Verdict.warn(none.detail() + servedRecord(host, host.name())));
            case INSECURE_RECORDS -> facts.unsigned(Verdict.warn(none.detail() + "; they do not count"));
            case INSECURE_MX, INSECURE_ADDRESS ->
                facts.unsigned(Verdict.skip("without signatures there is no DANE (DNS-S-04, DNS-S-05)"));
            case NO_NAME -> Verdict.skip("it has no name (DNS-S-02)");
        };
    }

    /** What the server has shown, judged; or why DANE asks nothing, or the server has shown nothing. */
    private static Verdict judged(DomainFacts facts, DomainHost host, Function<AuthenticationRequired, Verdict> judge) {
        DaneRequirement dane = facts.dane(host);
        if (dane instanceof HostUnusable unusable) {
            return facts.unusable(unusable, host);
        }
        if (!(dane instanceof AuthenticationRequired required)) {
            return dane instanceof NotApplicable
                    ? facts.unsigned(Verdict.skip("there is no TLSA record that counts (DNS-S-06)"))
                    : Verdict.skip("no TLSA record can be used (DNS-S-06)");
        }
        return host.problem()
                .map(problem -> Verdict.inconclusive("the certificate was not seen: " + problem))
                .orElseGet(() -> judge.apply(required));
    }

    private static Verdict matches(DomainFacts facts, DomainHost host) {
        return judged(facts, host, required -> host.tls()
                .map(tls -> {
                    ServerVerifier.Verdict verdict = verify(facts, host, required.names(), required.records(), tls);
                    return verdict instanceof ServerVerifier.Refused refused
                            ? Verdict.fail(refused.detail() + servedRecord(host, required.baseDomain()))
                            : Verdict.pass("one of " + shown(required.records().usable()) + " matches");
                })
                .orElseGet(() -> Verdict.fail("there was no TLS session, which TLSA records ask for")));
    }

    /** The whole record of the key that the server has shown, to be copied into the zone by whoever knows that it is his. */
    private static String servedRecord(DomainHost host, String base) {
        return host.tls()
                .map(tls -> "; of the key that is served the record is _"
                        + host.target().port() + "._tcp." + base
                        + ". IN TLSA 3 1 1 "
                        + sha256(tls.chain().get(0).getPublicKey().getEncoded()))
                .orElse("");
    }

    private static String sha256(byte[] key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static Verdict rollover(DomainFacts facts, DomainHost host) {
        return judged(facts, host, required -> host.tls()
                .map(tls -> rollover(facts, host, required, tls))
                .orElseGet(() -> Verdict.skip("there was no TLS session (DNS-S-07)")));
    }

    private static Verdict rollover(
            DomainFacts facts, DomainHost host, AuthenticationRequired required, HandshakeResult.Done tls) {
        List<Tlsa> usable = required.records().usable();
        if (usable.size() == 1) {
            return Verdict.warn("there is one record alone: " + shown(usable));
        }
        long matching = usable.stream()
                .filter(record ->
                        verify(facts, host, required.names(), new TlsaRecords(List.of(record), List.of()), tls)
                                instanceof ServerVerifier.Accepted)
                .count();
        boolean authority = usable.stream().anyMatch(record -> record.usage() == 2);
        return matching < usable.size() || authority
                ? Verdict.pass(shown(usable) + ": " + matching + " match now")
                : Verdict.warn(
                        "all of " + shown(usable) + " are of the certificate that is served, and none is of the next");
    }

    private static ServerVerifier.Verdict verify(
            DomainFacts facts, DomainHost host, List<String> names, TlsaRecords records, HandshakeResult.Done tls) {
        return DaneVerifier.of(names, records, facts.settings().clock())
                .verify(ServerIdentity.of(host.name()), tls.chain());
    }

    /** Whether DANE makes senders require TLS of a server; empty if that is not known. */
    static Optional<Boolean> protects(DomainFacts facts, DomainHost host) {
        DaneRequirement dane = facts.dane(host);
        if (dane instanceof HostUnusable) {
            return Optional.empty();
        }
        return dane instanceof NotApplicable && facts.settings().unvalidated().isPresent()
                ? Optional.empty()
                : Optional.of(!(dane instanceof NotApplicable));
    }

    static String shown(List<Tlsa> records) {
        return records.stream()
                .map(record -> record.usage() + " " + record.selector() + " " + record.matchingType() + " "
                        + (record.data().length() > SHOWN_DATA
                                ? record.data().substring(0, SHOWN_DATA) + "..."
                                : record.data()))
                .collect(Collectors.joining(", "));
    }

    static String reasons(TlsaRecords records) {
        return records.ignored().stream()
                .map(TlsaRecords.Ignored::why)
                .distinct()
                .collect(Collectors.joining("; "));
    }
}
