package dev.starttls.core.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Public keys, by the hash of their SubjectPublicKeyInfo (RFC 7469 section 2.4 has the format). */
record Pins(Set<String> hashes) {

    static final Pins NONE = new Pins(Set.of());

    private static final String PREFIX = "sha256/";
    /** Where {@link X509Certificate#getKeyUsage} has keyCertSign. */
    private static final int KEY_CERT_SIGN = 5;

    /** Octets of a hash. */
    private static final int SHA_256 = 32;
    /** Characters of a hash in Base64. */
    private static final int SHA_256_BASE64 = 44;

    static Pins of(String... pins) {
        Set<String> hashes = new LinkedHashSet<>();
        for (String pin : pins) {
            if (!pin.startsWith(PREFIX) || !sha256(pin.substring(PREFIX.length()))) {
                throw new IllegalArgumentException(
                        "pins: expected sha256/ and the hash of a key in Base64, 44 characters, got " + pin);
            }
            hashes.add(pin);
        }
        return new Pins(Set.copyOf(hashes));
    }

    static String pin(Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return PREFIX + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the platform to have SHA-256, as every one must", e);
        }
    }

    /**
     * Whether one of the pins is the key of the leaf, or of an issuer above it: as far up as each certificate is signed by the
     * next, and the next may sign certificates (RFC 5280 sections 4.2.1.3 and 4.2.1.9). Other certificates that a server sends
     * prove nothing: any server can send the pinned certificate after its own, or sign with the key of a leaf that the pinned
     * authority issued, while the trust manager builds another path.
     */
    boolean match(List<Certificate> chain) {
        for (int i = 0; i < chain.size(); i++) {
            if (i > 0 && !(mayIssue(chain.get(i), i - 1) && signed(chain.get(i - 1), chain.get(i)))) {
                return false;
            }
            if (hashes.contains(pin(chain.get(i)))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is a valid certificate of an authority that allows this many authorities below it. */
    private static boolean mayIssue(Certificate issuer, int authoritiesBelow) {
        if (!(issuer instanceof X509Certificate authority) || authority.getBasicConstraints() < authoritiesBelow) {
            return false;
        }
        boolean[] usage = authority.getKeyUsage();
        try {
            authority.checkValidity();
        } catch (CertificateException e) {
            return false;
        }
        return usage == null || (usage.length > KEY_CERT_SIGN && usage[KEY_CERT_SIGN]);
    }

    private static boolean signed(Certificate certificate, Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private static boolean sha256(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length == SHA_256 && base64.length() == SHA_256_BASE64;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
