package dev.starttls.core.keys;

import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The certificates of a PEM file, and whether they are a chain. */
final class Certificates {

    /** The label of RFC 7468 section 5, and the two that it lists as those of older programs. */
    private static final Set<String> LABELS = Set.of("CERTIFICATE", "X509 CERTIFICATE", "X.509 CERTIFICATE");

    private Certificates() {}

    /** All certificates of a file, at least one; other blocks, such as a key, are ignored. The advice is for a file of these alone. */
    static List<X509Certificate> read(KeyFile file, String advice) throws ServerKeysException {
        List<Pem.Block> blocks = Pem.blocks(file);
        try {
            List<X509Certificate> certificates = new ArrayList<>();
            for (Pem.Block block : blocks) {
                if (LABELS.contains(block.label)) {
                    certificates.add(certificate(file, block));
                }
            }
            if (certificates.isEmpty()) {
                throw new ServerKeysException(
                        file.name,
                        "Expected certificates (-----BEGIN CERTIFICATE-----), got " + shown(blocks) + " only; "
                                + remedy(blocks, advice));
            }
            return certificates;
        } finally {
            blocks.forEach(Pem.Block::wipe);
        }
    }

    private static String remedy(List<Pem.Block> blocks, String advice) {
        return switch (blocks.get(0).label) {
            case "TRUSTED CERTIFICATE" -> "convert it: openssl x509 -in FILE -out NEW";
            case "PKCS7", "CMS" -> "convert it: openssl pkcs7 -print_certs -in FILE -out NEW";
            default -> advice;
        };
    }

    private static X509Certificate certificate(KeyFile file, Pem.Block block) throws ServerKeysException {
        String problem = "Expected a certificate in the block that begins in line " + block.line + ", got ";
        ByteArrayInputStream der = new ByteArrayInputStream(block.der);
        X509Certificate certificate;
        try {
            certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
            // Decoded now, which some providers do not do before it is asked for.
            certificate.getPublicKey();
        } catch (CertificateException | RuntimeException e) {
            throw new ServerKeysException(
                    file.name, problem + "what cannot be read as one; check it with openssl x509 -noout -text", e);
        }
        if (der.available() > 0) {
            throw new ServerKeysException(
                    file.name, problem + "one with " + der.available() + " octets after it; was the file edited?");
        }
        return certificate;
    }

    /** Requires the order of RFC 8446 section 4.4.2, the leaf first, each certified by the next, which TLS 1.2 clients insist on. */
    static void requireOrder(String where, List<X509Certificate> chain) throws ServerKeysException {
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i - 1);
            X509Certificate issuer = chain.get(i);
            if (!issued(certificate, issuer)) {
                int earlier = chain.indexOf(issuer);
                throw new ServerKeysException(
                        where,
                        "Expected the leaf first and each certificate followed by its issuer: " + i + " is for "
                                + name(certificate) + " and issued by "
                                + shortened(certificate.getIssuerX500Principal().getName()) + ", got " + (i + 1)
                                + (earlier < i ? ", which is the same as " + (earlier + 1) : " for " + name(issuer))
                                + "; put them in order and leave out certificates that do not belong to the chain");
            }
        }
    }

    private static boolean issued(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (NoSuchAlgorithmException e) {
            // This Java does not have the algorithm; clients may.
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /** See {@link ServerKeys#warnings}. */
    static List<String> warnings(String where, List<X509Certificate> chain, Instant when) {
        List<String> warnings = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (when.isAfter(until)) {
                warnings.add(where + ": the certificate for " + name(certificate) + " expires at " + until);
            } else if (when.isBefore(from)) {
                warnings.add(where + ": the certificate for " + name(certificate) + " is not valid before " + from);
            }
        }
        if (ServerIdentity.shownNames(chain.get(0)).isEmpty()) {
            warnings.add(where + ": the certificate for " + name(chain.get(0))
                    + " has no DNS name or address as subjectAltName, where clients look for one");
        }
        return warnings;
    }

    /** The subject of a certificate, to be shown to a person. */
    static String name(X509Certificate certificate) {
        return shortened(certificate.getSubjectX500Principal().getName());
    }

    private static String shortened(String subject) {
        String name = subject.replaceAll("\\p{Cntrl}", "?");
        return name.isEmpty() ? "no subject" : name.length() > 100 ? name.substring(0, 100) + "..." : name;
    }

    /** The labels of blocks, to be shown to a person. */
    static String shown(List<Pem.Block> blocks) {
        Set<String> labels = new TreeSet<>();
        blocks.forEach(block -> labels.add(block.label));
        return labels.size() > 5 ? labels.size() + " kinds of other blocks" : String.join(", ", labels);
    }
}
