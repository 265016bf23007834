package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ServedChains.Group;
import dev.starttls.conformance.tls.ServedChains.Judged;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import dev.starttls.conformance.tls.certificate.KeyUse;
import dev.starttls.conformance.tls.certificate.LeafRules;
import dev.starttls.conformance.tls.wire.CipherSuite;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Checks what the server's certificates say about themselves: the uses of the key, the profile, the key's strength. */
final class CertificateProfileTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-30", "the certificate allows what the server does with its key")
                        .clause("RFC 5280 section 4.2.1.3, RFC 8446 section 4.4.2.2, RFC 5246 section 7.4.2")
                        .level(Level.MUST)
                        .why("Clients refuse a handshake that is signed with a key that is not meant for signatures;"
                                + " that of TLS 1.3, and of every suite with forward secrecy, is signed.")
                        .fix("Request a certificate whose keyUsage has digitalSignature.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(prober -> each(prober, CertificateProfileTopic::use))),
                Check.of("TLS-S-31", "the server's certificate has the form that clients require")
                        .clause("RFC 5280 section 4.1 and 4.2, RFC 8446 section 4.4.2.2")
                        .level(Level.MUST)
                        .why("Clients refuse certificates of other versions and with critical extensions that they do"
                                + " not know. With a CA's certificate as the server's, whoever gets the key can"
                                + " issue certificates for every name.")
                        .fix("Request a certificate of version 3 for the server alone, with CA:FALSE.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(prober -> each(prober, CertificateProfileTopic::profile))),
                Check.of("TLS-S-32", "the keys of the certificates are strong")
                        .clause("RFC 9325 section 4.5")
                        .level(Level.MUST)
                        .why("Keys with less than 112 bits of security can be broken, and with the server's key an"
                                + " attacker on the path can take its place.")
                        .fix("Use RSA with at least 2048 bits or a curve with 256 bits.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(prober -> each(prober, CertificateProfileTopic::strength))));
    }

    private static Verdict each(Prober prober, Function<Group, Verdict> judge) throws IOException, BlockedException {
        return ServedChains.combined(ServedChains.of(prober).expected().stream()
                .map(group -> new Judged(group, judge.apply(group)))
                .toList());
    }

    private static Verdict use(Group group) {
        List<KeyUse> uses = group.occasions().stream()
                .flatMap(occasion -> occasion.suite().flatMap(CertificateProfileTopic::use).stream())
                .distinct()
                .toList();
        List<String> faults = LeafRules.forbidden(group.leaf(), uses);
        if (!faults.isEmpty()) {
            return Verdict.fail(String.join("; ", faults));
        }
        return uses.isEmpty()
                ? Verdict.undecided(
                        "what the server does with the key was not seen; keyUsage is " + LeafRules.usages(group.leaf()))
                : Verdict.pass("keyUsage is " + LeafRules.usages(group.leaf()));
    }

    private static Optional<KeyUse> use(CipherSuite suite) {
        if (suite.isForwardSecret()) {
            return Optional.of(KeyUse.SIGN);
        }
        if (suite.isRsaKeyTransport()) {
            return Optional.of(KeyUse.DECRYPT);
        }
        return suite.name().startsWith("TLS_ECDH_") ? Optional.of(KeyUse.AGREE) : Optional.empty();
    }

    private static Verdict profile(Group group) {
        List<String> faults = LeafRules.faults(group.leaf());
        List<String> remarks = LeafRules.remarks(group.leaf());
        if (!faults.isEmpty()) {
            return Verdict.fail(String.join("; ", faults));
        }
        return remarks.isEmpty()
                ? Verdict.pass("version 3, serial number "
                        + group.leaf().getSerialNumber().toString(16))
                : Verdict.warn(String.join("; ", remarks));
    }

    /** Roots are not judged: their clients have chosen to trust them. */
    private static Verdict strength(Group group) {
        List<X509Certificate> chain = group.first().chain();
        List<String> faults = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            boolean root = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
            if (!root || certificate.equals(group.leaf())) {
                LeafRules.weakness(certificate).ifPresent(faults::add);
            }
        }
        CertificateFacts facts = CertificateFacts.of(group.leaf());
        String curve = CertificateFacts.curve(group.leaf().getPublicKey())
                .map(name -> " on " + name)
                .orElse("");
        String detail = facts.key() + curve + ", signed with " + facts.signature();
        return faults.isEmpty() ? Verdict.pass(detail) : Verdict.fail(String.join("; ", faults) + " (" + detail + ")");
    }
}
