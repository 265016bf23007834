package dev.starttls.conformance.tls.certificate;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Judges what a server's own certificate says about itself (RFC 5280 section 4), apart from its chain and its names. */
public final class LeafRules {

    private static final int VERSION_3 = 3;
    private static final int MAX_SERIAL = 20;
    private static final int KEY_CERT_SIGN = 5;
    private static final int WEAK_RSA = 2048;
    private static final int WEAK_EC = 224;
    private static final List<String> USAGES = List.of(
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly");

    private LeafRules() {}

    /** Each use of the key that its keyUsage does not allow; without that extension every use is allowed. */
    public static List<String> forbidden(X509Certificate leaf, Collection<KeyUse> uses) {
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null) {
            return List.of();
        }
        return uses.stream()
                .filter(use -> !usage[use.bit()])
                .map(use -> "keyUsage is " + usages(leaf) + ", without " + use.label() + " (" + use.clause() + ")")
                .toList();
    }

    /** The bits of the keyUsage extension by name. */
    public static String usages(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null) {
            return "not limited";
        }
        List<String> set = new ArrayList<>();
        for (int i = 0; i < Math.min(usage.length, USAGES.size()); i++) {
            if (usage[i]) {
                set.add(USAGES.get(i));
            }
        }
        return set.toString();
    }

    /** What the profile of RFC 5280 forbids. */
    public static List<String> faults(X509Certificate leaf) {
        List<String> faults = new ArrayList<>();
        if (leaf.getVersion() != VERSION_3) {
            faults.add("version " + leaf.getVersion() + " instead of 3 (RFC 8446 section 4.4.2.2)");
        }
        BigInteger serial = leaf.getSerialNumber();
        if (serial.signum() <= 0) {
            faults.add("the serial number " + serial + " is not positive (RFC 5280 section 4.1.2.2)");
        }
        int length = serial.toByteArray().length;
        if (length > MAX_SERIAL) {
            faults.add("the serial number has " + length + " octets instead of at most " + MAX_SERIAL
                    + " (RFC 5280 section 4.1.2.2)");
        }
        if (leaf.getNotAfter().toInstant().isBefore(leaf.getNotBefore().toInstant())) {
            faults.add("it ends before it begins: from " + leaf.getNotBefore().toInstant() + " to "
                    + leaf.getNotAfter().toInstant() + " (RFC 5280 section 4.1.2.5)");
        }
        if (leaf.hasUnsupportedCriticalExtension()) {
            faults.add("a critical extension that clients do not know, among " + leaf.getCriticalExtensionOIDs()
                    + " (RFC 5280 section 4.2)");
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage != null && usage[KEY_CERT_SIGN] && !isAuthority(leaf)) {
            faults.add("keyUsage has keyCertSign, but the certificate is not of a CA (RFC 5280 section 4.2.1.9)");
        }
        return faults;
    }

    /** What is allowed, but unwise. */
    public static List<String> remarks(X509Certificate leaf) {
        boolean selfIssued = leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
        return isAuthority(leaf) && !selfIssued
                ? List.of("it is a CA's: who gets the server's key can issue certificates for every name"
                        + " (RFC 5280 section 4.2.1.9)")
                : List.of();
    }

    private static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** Why a key has less than 112 bits of security (RFC 9325 section 4.5); empty if it has more. */
    public static Optional<String> weakness(X509Certificate certificate) {
        CertificateFacts facts = CertificateFacts.of(certificate);
        String algorithm = facts.keyAlgorithm().toUpperCase(Locale.ROOT);
        boolean field = algorithm.startsWith("RSA") || algorithm.equals("DSA");
        int least = field ? WEAK_RSA : WEAK_EC;
        if (facts.keyBits() > 0 && facts.keyBits() < least) {
            return Optional.of("the key of '" + facts.subject() + "', " + facts.key()
                    + " bits, has less than 112 bits of security");
        }
        return exponent(certificate.getPublicKey())
                .map(exponent -> "the key of '" + facts.subject() + "' has the public exponent " + exponent);
    }

    /** An exponent with which RSA protects nothing: 1, or an even one. */
    private static Optional<BigInteger> exponent(PublicKey key) {
        return key instanceof RSAPublicKey rsa
                ? Optional.of(rsa.getPublicExponent())
                        .filter(exponent -> exponent.equals(BigInteger.ONE) || !exponent.testBit(0))
                : Optional.empty();
    }
}
