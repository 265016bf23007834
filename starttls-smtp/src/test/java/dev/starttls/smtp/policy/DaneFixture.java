package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.smtp.policy.TestAuthority.Holder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** Chains of a mail server named mx.example.org, right or wrong in one way each, and TLSA records of their certificates. */
final class DaneFixture {

    static final String BASE = "mx.example.org";

    static final TestAuthority ROOT = TestAuthority.root("Root");
    static final TestAuthority MIDDLE = ROOT.below(TestAuthority.authority("Middle"));
    static final TestAuthority OTHER_ROOT = TestAuthority.root("Other root");
    static final Holder LEAF = MIDDLE.issue(TestAuthority.server(BASE));

    private static final TestAuthority EXPIRED_MIDDLE =
            ROOT.below(TestAuthority.authority("Old middle").expired());
    private static final TestAuthority NO_AUTHORITY =
            ROOT.below(TestAuthority.authority("No authority", new BasicConstraints(false)));
    private static final TestAuthority NO_SIGNER =
            ROOT.below(TestAuthority.authority("No signer").withUsage(KeyUsage.digitalSignature));
    private static final TestAuthority SHORT =
            TestAuthority.selfSigned(TestAuthority.authority("Short", new BasicConstraints(0)));
    private static final TestAuthority BELOW_SHORT = SHORT.below(TestAuthority.authority("Below short"));
    private static final TestAuthority CROSSED = OTHER_ROOT.cross(MIDDLE);

    private DaneFixture() {}

    /**
     * What a server sends.
     *
     * @param key of the first certificate
     * @param sent the server's own first
     */
    record Chain(PrivateKey key, List<X509Certificate> sent) {

        X509Certificate leaf() {
            return sent.get(0);
        }
    }

    static Chain chain(Holder leaf, TestAuthority... above) {
        return new Chain(
                leaf.key(),
                Stream.concat(
                                Stream.of(leaf.certificate()),
                                Arrays.stream(above).map(TestAuthority::certificate))
                        .toList());
    }

    static final Chain GOOD = chain(LEAF, MIDDLE, ROOT);

    /** By what is the matter with them. */
    static Map<String, Chain> chains() {
        Map<String, Chain> chains = new LinkedHashMap<>();
        chains.put("good", GOOD);
        chains.put("without the root", chain(LEAF, MIDDLE));
        chains.put("the server's own alone", chain(LEAF));
        chains.put("in disorder", chain(LEAF, ROOT, MIDDLE));
        chains.put("with two strangers", chain(LEAF, OTHER_ROOT, MIDDLE, SHORT, ROOT));
        chains.put("cross-signed", chain(LEAF, CROSSED, MIDDLE, ROOT));
        chains.put(
                "self-signed",
                chain(TestAuthority.selfSigned(TestAuthority.server(BASE)).holder()));
        chains.put("expired", chain(MIDDLE.issue(TestAuthority.server(BASE).expired()), MIDDLE, ROOT));
        chains.put(
                "with an expired authority",
                chain(EXPIRED_MIDDLE.issue(TestAuthority.server(BASE)), EXPIRED_MIDDLE, ROOT));
        chains.put("for another name", chain(MIDDLE.issue(TestAuthority.server("other.example.org")), MIDDLE, ROOT));
        chains.put("with a wildcard", chain(MIDDLE.issue(TestAuthority.server("*.example.org")), MIDDLE, ROOT));
        chains.put(
                "with a common name alone",
                chain(MIDDLE.issue(TestAuthority.server().named(BASE)), MIDDLE, ROOT));
        chains.put(
                "with another name beside the common name",
                chain(MIDDLE.issue(TestAuthority.server().named(BASE, "other.example.org")), MIDDLE, ROOT));
        chains.put(
                "for clients",
                chain(
                        MIDDLE.issue(TestAuthority.server(BASE).forPurpose(KeyPurposeId.id_kp_clientAuth)),
                        MIDDLE,
                        ROOT));
        chains.put(
                "of one that is no authority",
                chain(NO_AUTHORITY.issue(TestAuthority.server(BASE)), NO_AUTHORITY, ROOT));
        chains.put(
                "of one that may not sign certificates",
                chain(NO_SIGNER.issue(TestAuthority.server(BASE)), NO_SIGNER, ROOT));
        chains.put("too far below its root", chain(BELOW_SHORT.issue(TestAuthority.server(BASE)), BELOW_SHORT, SHORT));
        chains.put("of another root", chain(OTHER_ROOT.issue(TestAuthority.server(BASE)), OTHER_ROOT));
        return chains;
    }

    static Tlsa tlsa(int usage, int selector, int matchingType, X509Certificate certificate) {
        try {
            byte[] whole = selector == 0
                    ? certificate.getEncoded()
                    : certificate.getPublicKey().getEncoded();
            byte[] data =
                    switch (matchingType) {
                        case 0 -> whole;
                        case 1 -> MessageDigest.getInstance("SHA-256").digest(whole);
                        default -> MessageDigest.getInstance("SHA-512").digest(whole);
                    };
            return new Tlsa(usage, selector, matchingType, HexFormat.of().formatHex(data));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static DaneVerifier verifier(Tlsa... records) {
        return DaneVerifier.of(List.of(BASE), TlsaRecords.of(List.of(records)));
    }
}
