package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What a TLSA record says of a certificate: selector, matching type and data (RFC 6698 section 2.1). */
final class TlsaAssociation {

    static final int DANE_TA = 2;
    static final int DANE_EE = 3;
    /** Selectors. */
    static final int CERTIFICATE = 0;

    static final int KEY = 1;
    /** Matching types. */
    static final int WHOLE = 0;

    static final int SHA_256 = 1;
    static final int SHA_512 = 2;

    /** Those of java.base that sign certificates. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA");

    private TlsaAssociation() {}

    /** Why the data is of no use; empty if it can be compared. */
    static Optional<String> flaw(Tlsa record) {
        if (record.selector() != CERTIFICATE && record.selector() != KEY) {
            return Optional.of("selector " + record.selector() + " is not known");
        }
        return switch (record.matchingType()) {
            case WHOLE -> {
                boolean read = record.selector() == CERTIFICATE
                        ? certificate(record).isPresent()
                        : key(record).isPresent();
                yield read
                        ? Optional.empty()
                        : Optional.of(
                                "the data is no " + (record.selector() == CERTIFICATE ? "certificate" : "public key")
                                        + " that can be read");
            }
            case SHA_256 -> length(record, 32);
            case SHA_512 -> length(record, 64);
            default -> Optional.of("matching type " + record.matchingType() + " is not known");
        };
    }

    /** Whether a certificate, or its key, is the one of the record. */
    static boolean matches(Tlsa record, X509Certificate certificate) {
        return MessageDigest.isEqual(record.octets(), selected(record, certificate));
    }

    /** What the record would have for this certificate, in hexadecimal digits; for people. */
    static String dataOf(Tlsa record, X509Certificate certificate) {
        return HexFormat.of().formatHex(selected(record, certificate));
    }

    /** The certificate that the record has whole. */
    static Optional<X509Certificate> certificate(Tlsa record) {
        if (record.selector() != CERTIFICATE || record.matchingType() != WHOLE) {
            return Optional.empty();
        }
        ByteArrayInputStream octets = new ByteArrayInputStream(record.octets());
        try {
            X509Certificate read =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(octets);
            // The factory reads other forms than DER too, and stops at the end of the first.
            return MessageDigest.isEqual(read.getEncoded(), record.octets()) ? Optional.of(read) : Optional.empty();
        } catch (CertificateException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The key that the record has whole. */
    static Optional<PublicKey> key(Tlsa record) {
        if (record.selector() != KEY || record.matchingType() != WHOLE) {
            return Optional.empty();
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return Optional.of(
                        KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(record.octets())));
            } catch (GeneralSecurityException | RuntimeException e) {
                // Of another algorithm, or of none.
            }
        }
        return Optional.empty();
    }

    private static Optional<String> length(Tlsa record, int expected) {
        int octets = record.data().length() / 2;
        return octets == expected
                ? Optional.empty()
                : Optional.of("its hash has " + octets + " octets in place of " + expected);
    }

    private static byte[] selected(Tlsa record, X509Certificate certificate) {
        try {
            byte[] octets =
                    record.selector() == CERTIFICATE ? certificate.getEncoded() : SubjectPublicKeyInfo.of(certificate);
            return switch (record.matchingType()) {
                case SHA_256 -> MessageDigest.getInstance("SHA-256").digest(octets);
                case SHA_512 -> MessageDigest.getInstance("SHA-512").digest(octets);
                default -> octets;
            };
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the platform to have SHA-256 and SHA-512, got " + e, e);
        } catch (CertificateException e) {
            // Without an encoding there is nothing that could match.
            return new byte[0];
        }
    }
}
