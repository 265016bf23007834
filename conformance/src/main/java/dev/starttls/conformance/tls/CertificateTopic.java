package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ServedChain.Indication;
import dev.starttls.conformance.tls.ServedChains.Group;
import dev.starttls.conformance.tls.ServedChains.Judged;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import dev.starttls.conformance.tls.certificate.ChainRules;
import dev.starttls.conformance.tls.certificate.ChainVerdict;
import dev.starttls.conformance.tls.certificate.NameRules;
import dev.starttls.conformance.tls.certificate.NameVerdict;
import dev.starttls.conformance.tls.certificate.Roots;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Checks whether a client that verifies would accept the server's certificates, whichever of them it gets. */
final class CertificateTopic implements Topic {

    /** Long enough to renew by hand. */
    private static final Duration SOON = Duration.ofDays(14);

    /**
     * The part of a short lifetime that counts as soon: what renews certificates of six days does it after half of the
     * lifetime or two thirds.
     */
    private static final int SHARE = 4;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-06", "the chain is complete, unexpired and trusted")
                        .clause("RFC 5280 section 6, RFC 8446 section 4.4.2, RFC 5246 section 7.4.2, RFC 9155")
                        .level(Level.MUST)
                        .why("A client that verifies refuses anything else, and users learn to disable verification."
                                + " A server with several certificates sends each client the one that fits.")
                        .fix("Send the server's certificate followed by every intermediate, renew it in time, and have"
                                + " it signed with SHA-256 or better; name a private authority with --trust. Renew all"
                                + " certificates, RSA and ECDSA.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::chains)),
                Check.of("TLS-S-07", "the certificate names the server")
                        .clause("RFC 7817 section 3, RFC 9525 section 6")
                        .level(Level.MUST)
                        .why("Without the right name the certificate of any other server would be as good.")
                        .fix("Include the name that clients connect to as a dNSName in subjectAltName.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::names)),
                Check.of("TLS-S-08", "the certificate is not about to expire")
                        .clause("RFC 5280 section 4.1.2.5")
                        .level(Level.SHOULD)
                        .why("A certificate that is about to expire needs renewal now.")
                        .fix("Renew automatically, and reload the server afterwards.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::expiry)));
    }

    /** The trusted roots of the settings, or those of the runtime. */
    static List<X509Certificate> roots(CheckContext context) {
        List<X509Certificate> given = context.settings().trust();
        return given.isEmpty() ? Roots.ofTheRuntime() : given;
    }

    private static Verdict chains(Prober prober) throws IOException, BlockedException {
        ServedChains served = ServedChains.of(prober);
        ChainRules rules = new ChainRules(roots(prober.context()), Instant.now());
        List<Judged> judged = new ArrayList<>();
        for (Group group : served.expected()) {
            judged.add(new Judged(group, chain(prober, rules, group)));
        }
        for (Group group : served.unexpected()) {
            judged.add(new Judged(group, unexpected(prober, rules, group)));
        }
        return ServedChains.combined(judged);
    }

    private static Verdict chain(Prober prober, ChainRules rules, Group group) {
        ChainVerdict verdict = rules.judge(group.first().chain());
        List<String> detail = new ArrayList<>(verdict.faults());
        detail.addAll(verdict.remarks());
        if (prober.context().settings().trust().isEmpty() && !verdict.rooted()) {
            detail.add("if the CA is private, give it with --trust");
        }
        if (!verdict.faults().isEmpty()) {
            return Verdict.fail(String.join("; ", detail));
        }
        detail.add(0, "trusted: " + String.join(" <- ", verdict.path()));
        if (verdict.disordered() && before13(group)) {
            return Verdict.fail(String.join("; ", detail));
        }
        return verdict.remarks().isEmpty()
                ? Verdict.pass(String.join("; ", detail))
                : Verdict.warn(String.join("; ", detail));
    }

    /** The order is a MUST before TLS 1.3 (RFC 5246 section 7.4.2), and a SHOULD in it (RFC 8446 section 4.4.2). */
    private static boolean before13(Group group) {
        return group.occasions().stream().anyMatch(one -> one.version() != ProtocolVersion.TLS13);
    }

    /**
     * A chain that only comes for another name or none. A server may have a certificate for such clients that means
     * nothing (RFC 6066 section 3); but one that names this server is meant for its clients.
     */
    private static Verdict unexpected(Prober prober, ChainRules rules, Group group) {
        if (!(NameRules.judge(group.leaf(), reference(prober)) instanceof NameVerdict.Matched)) {
            return Verdict.pass("a certificate of another server, which was not judged: "
                    + CertificateFacts.of(group.leaf()).subject());
        }
        Verdict verdict = chain(prober, rules, group);
        boolean nameless = group.occasions().stream().anyMatch(one -> one.indication() == Indication.NONE);
        return verdict.status() == Status.FAIL && !nameless ? Verdict.warn(verdict.detail()) : verdict;
    }

    private static ServerIdentity reference(Prober prober) {
        CheckContext context = prober.context();
        return context.settings().identityOf(context.target());
    }

    private static Verdict names(Prober prober) throws IOException, BlockedException {
        List<Judged> judged = new ArrayList<>();
        for (Group group : ServedChains.of(prober).expected()) {
            judged.add(new Judged(group, name(prober, group.leaf())));
        }
        return ServedChains.combined(judged);
    }

    private static Verdict name(Prober prober, X509Certificate leaf) {
        CheckContext context = prober.context();
        ServerIdentity reference = reference(prober);
        NameVerdict verdict = NameRules.judge(leaf, reference);
        if (verdict instanceof NameVerdict.Matched matched) {
            return Verdict.pass(matched.identifier() + " names '" + reference + "'");
        }
        if (verdict instanceof NameVerdict.CommonNameOnly only) {
            return Verdict.fail("only the common name '" + only.commonName() + "' names '" + reference
                    + "'; clients check only subjectAltName (RFC 9525 section 2)");
        }
        NameVerdict.Mismatched mismatched = (NameVerdict.Mismatched) verdict;
        String presented = String.join(", ", mismatched.presented());
        String detail = "'" + reference + "' is not among: " + (presented.isEmpty() ? "no names at all" : presented);
        boolean named = context.settings().nameFor(context.target()).isPresent();
        return named || mismatched.addressed()
                ? Verdict.fail(detail)
                : Verdict.undecided(
                        detail + "; the target is an address: give the name that clients use with --server-name");
    }

    private static Verdict expiry(Prober prober) throws IOException, BlockedException {
        List<Judged> judged = new ArrayList<>();
        for (Group group : ServedChains.of(prober).expected()) {
            judged.add(new Judged(group, expiry(CertificateFacts.of(group.leaf()))));
        }
        return ServedChains.combined(judged);
    }

    private static Verdict expiry(CertificateFacts facts) {
        Duration left = Duration.between(Instant.now(), facts.notAfter());
        Duration lifetime = Duration.between(facts.notBefore(), facts.notAfter());
        Duration share = lifetime.dividedBy(SHARE);
        Duration soon = share.compareTo(SOON) < 0 ? share : SOON;
        String rest = shown(left) + " to expiry, of " + shown(lifetime);
        return left.compareTo(soon) < 0
                ? Verdict.fail("expires in " + shown(left) + " (" + rest + ")")
                : Verdict.pass(rest);
    }

    private static String shown(Duration duration) {
        return duration.abs().toDays() >= 2 ? duration.toDays() + " days" : duration.toHours() + " hours";
    }
}
