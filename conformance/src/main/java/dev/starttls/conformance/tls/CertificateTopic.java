package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import dev.starttls.conformance.tls.certificate.ChainRules;
import dev.starttls.conformance.tls.certificate.ChainVerdict;
import dev.starttls.conformance.tls.certificate.NameRules;
import dev.starttls.conformance.tls.certificate.NameVerdict;
import dev.starttls.conformance.tls.certificate.Roots;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.KeyExchange;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checks whether a client that verifies would accept the server's certificate. */
final class CertificateTopic implements Topic {

    private static final int WEAK_RSA = 2048;
    private static final int WEAK_EC = 224;
    private static final int SOON = 14;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-06", "the chain is complete, unexpired and trusted")
                        .clause("RFC 5280 section 6, RFC 8446 section 4.4.2, RFC 9155")
                        .level(Level.MUST)
                        .why("A client that verifies refuses anything else, and users learn to disable verification.")
                        .fix("Send the server's certificate followed by every intermediate, renew it in time, and have"
                                + " it signed with SHA-256 or better.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::chain)),
                Check.of("TLS-S-06b", "the handshake is not signed with SHA-1 or MD5")
                        .clause("RFC 9155 section 4, RFC 9325 section 4.5")
                        .level(Level.MUST)
                        .why("Collisions of these digests can be computed; with one found during the handshake, an"
                                + " attacker on the path can sign as the server.")
                        .fix("Disable the signature schemes with SHA-1 in the TLS library; OpenSSL does so at security"
                                + " level 1 and above since 3.0.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::signature)),
                Check.of("TLS-S-07", "the certificate names the server")
                        .clause("RFC 7817 section 3, RFC 9525 section 6")
                        .level(Level.MUST)
                        .why("Without the right name the certificate of any other server would be as good.")
                        .fix("Include the name that clients connect to as a dNSName in subjectAltName.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::name)),
                Check.of("TLS-S-08", "the key is strong and the certificate not about to expire")
                        .clause("RFC 9325 section 4.5, RFC 5280 section 4.1.2.5")
                        .level(Level.SHOULD)
                        .why("Keys with less than 112 bits of security can be broken; a certificate that is about to"
                                + " expire needs renewal now.")
                        .fix("Use RSA with at least 2048 bits or a curve with 256 bits, and renew automatically.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CertificateTopic::strength)));
    }

    private static Verdict chain(Prober prober) throws IOException, BlockedException {
        List<X509Certificate> given = prober.context().settings().trust();
        List<X509Certificate> roots = given.isEmpty() ? Roots.ofTheRuntime() : given;
        ChainVerdict verdict = new ChainRules(roots, Instant.now()).judge(ServerChain.of(prober));
        List<String> detail = new ArrayList<>(verdict.faults());
        detail.addAll(verdict.remarks());
        if (given.isEmpty() && !verdict.rooted()) {
            detail.add("if the CA is private, give it with --trust");
        }
        if (!verdict.faults().isEmpty()) {
            return Verdict.fail(String.join("; ", detail));
        }
        detail.add(0, "trusted: " + String.join(" <- ", verdict.path()));
        return verdict.remarks().isEmpty()
                ? Verdict.pass(String.join("; ", detail))
                : Verdict.warn(String.join("; ", detail));
    }

    /** Only in TLS 1.2, because 1.3 has no such schemes; tried also with a client that knows no others. */
    private static Verdict signature(Prober prober) throws IOException, BlockedException {
        if (prober.chosen(ProtocolVersion.TLS12).isEmpty()) {
            return Verdict.skip("TLSv1.2 is not spoken, and TLSv1.3 has no signatures with SHA-1");
        }
        ClientHello today = ClientHello.only(ProtocolVersion.TLS12, prober.serverName());
        ClientHello old = today.with()
                .extension(ClientExtensions.signatureAlgorithms(SignatureScheme.deprecated().stream()
                        .map(SignatureScheme::code)
                        .toList()))
                .build();
        CombinedVerdict combined = new CombinedVerdict();
        combined.add("a modern client", signedWith(prober.ask(today)));
        return combined.add("a client that supports only SHA-1 and MD5", signedWith(prober.ask(old)))
                .verdict();
    }

    private static Verdict signedWith(HelloAnswer answer) {
        Optional<String> scheme = answer instanceof HelloAnswer.Hello hello
                ? hello.keyExchange().flatMap(KeyExchange::signature)
                : Optional.empty();
        boolean broken = scheme.filter(name -> SignatureScheme.deprecated().stream()
                        .map(SignatureScheme::label)
                        .anyMatch(name::equals))
                .isPresent();
        if (broken) {
            return Verdict.fail("signed with " + scheme.get());
        }
        return Verdict.pass(scheme.map(name -> "signed with " + name).orElseGet(answer::description));
    }

    private static Verdict name(Prober prober) throws IOException, BlockedException {
        CheckContext context = prober.context();
        ServerIdentity reference = context.settings().identityOf(context.target());
        X509Certificate leaf = ServerChain.of(prober).get(0);
        NameVerdict verdict = NameRules.judge(leaf, reference);
        if (verdict instanceof NameVerdict.Matched matched) {
            return Verdict.pass(matched.identifier() + " names '" + reference + "'");
        }
        if (verdict instanceof NameVerdict.CommonNameOnly only) {
            return Verdict.warn("only the common name '" + only.commonName() + "' names '" + reference
                    + "'; modern clients check only subjectAltName");
        }
        String presented = String.join(", ", ((NameVerdict.Mismatched) verdict).presented());
        String detail = "'" + reference + "' is not among: " + (presented.isEmpty() ? "no names at all" : presented);
        boolean named = context.settings().nameFor(context.target()).isPresent();
        return named
                ? Verdict.fail(detail)
                : Verdict.inconclusive(
                        detail + "; the target is an address: give the name that clients use with --server-name");
    }

    private static Verdict strength(Prober prober) throws IOException, BlockedException {
        X509Certificate leaf = ServerChain.of(prober).get(0);
        CertificateFacts facts = CertificateFacts.of(leaf);
        long days = Duration.between(Instant.now(), facts.notAfter()).toDays();
        String curve = CertificateFacts.curve(leaf.getPublicKey())
                .map(name -> " on " + name)
                .orElse("");
        String detail = facts.key() + curve + ", signed with " + facts.signature() + ", " + days + " days to expiry";
        List<String> faults = new ArrayList<>();
        weakness(facts).ifPresent(faults::add);
        if (days < SOON) {
            faults.add("expires in " + days + " days");
        }
        return faults.isEmpty()
                ? Verdict.pass(detail)
                : Verdict.fail(faults.stream().collect(Collectors.joining("; ")) + " (" + detail + ")");
    }

    private static Optional<String> weakness(CertificateFacts facts) {
        boolean rsa =
                facts.keyAlgorithm().startsWith("RSA") || facts.keyAlgorithm().equals("DSA");
        int least = rsa ? WEAK_RSA : WEAK_EC;
        return facts.keyBits() > 0 && facts.keyBits() < least
                ? Optional.of("a key of " + facts.key() + " bits has less than 112 bits of security")
                : Optional.empty();
    }
}
