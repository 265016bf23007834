package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.tls.RefusalKind;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for a path from a server's certificate up to an authority that a record of usage 2 matches (RFC 7672 section 3.1.2),
 * among what the server has sent in any order. A hostile server can send certificates that are each other's issuers in all ways:
 * the number of signatures that are verified is bounded, and with it the work.
 */
final class DanePaths {

    /** As many as engines take by default; authorities in use send three. */
    private static final int MAX_CERTIFICATES = 10;
    /**
     * A chain in order needs two for each of its certificates: one to find the way, one to validate it. A path that is validated
     * counts for as many as it has certificates.
     */
    private static final int MAX_SIGNATURES = 64;

    private final List<X509Certificate> sent;
    private final List<Tlsa> records;
    private final Date now;
    private int signatures = MAX_SIGNATURES;
    private Optional<Flaw> flaw = Optional.empty();

    /** Why a path to a matching authority is not accepted. */
    record Flaw(RefusalKind kind, String detail) {}

    DanePaths(List<X509Certificate> chain, List<Tlsa> records, Instant now) {
        this.sent = chain.subList(0, Math.min(chain.size(), MAX_CERTIFICATES));
        this.records = records;
        this.now = Date.from(now);
    }

    /** Whether there is a path that holds. */
    boolean lead() {
        return !records.isEmpty() && leads(List.of(sent.get(0)));
    }

    /** What is wrong with the first path that was found, if none holds; empty if none was found. */
    Optional<Flaw> flaw() {
        return flaw;
    }

    /** Whether not all paths were looked at, and why. */
    Optional<String> bound() {
        return signatures > 0
                ? Optional.empty()
                : Optional.of("not all paths were tried: the chain has more of them than signatures that are verified ("
                        + MAX_SIGNATURES + ")");
    }

    private boolean leads(List<X509Certificate> path) {
        X509Certificate top = path.get(path.size() - 1);
        for (Tlsa record : records) {
            Optional<X509Certificate> authority = TlsaAssociation.certificate(record);
            Optional<PublicKey> key = TlsaAssociation.key(record);
            if (authority.isPresent() && issued(authority.get(), top) && holds(path, authority.get())) {
                return true;
            }
            // A certificate of the key that was sent says more, and is looked at below.
            if (key.isPresent()
                    && sent.stream().skip(1).noneMatch(each -> TlsaAssociation.matches(record, each))
                    && signed(key.get(), top)
                    && holds(path, new TrustAnchor(top.getIssuerX500Principal(), key.get(), null))) {
                return true;
            }
        }
        for (X509Certificate issuer : sent.subList(1, sent.size())) {
            if (path.contains(issuer) || !issued(issuer, top)) {
                continue;
            }
            boolean matches = records.stream().anyMatch(record -> TlsaAssociation.matches(record, issuer));
            if (matches ? holds(path, issuer) : leads(longer(path, issuer))) {
                return true;
            }
        }
        return false;
    }

    private static List<X509Certificate> longer(List<X509Certificate> path, X509Certificate issuer) {
        List<X509Certificate> longer = new ArrayList<>(path);
        longer.add(issuer);
        return longer;
    }

    /** Whether one has the other's name as its issuer, and the key that has signed it. */
    private boolean issued(X509Certificate issuer, X509Certificate certificate) {
        return !issuer.equals(certificate)
                && issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && signed(issuer.getPublicKey(), certificate);
    }

    private boolean signed(PublicKey key, X509Certificate certificate) {
        if (signatures == 0) {
            return false;
        }
        signatures--;
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /** The record says that the anchor is one, its dates are of no account; what it may issue, no validator asks. */
    private boolean holds(List<X509Certificate> path, X509Certificate authority) {
        if (!CertificateUse.mayIssue(authority, path)) {
            return flawed(
                    RefusalKind.UNTRUSTED, subject(authority) + " may not issue certificates, or none so far below it");
        }
        return holds(path, new TrustAnchor(authority, null));
    }

    private boolean holds(List<X509Certificate> path, TrustAnchor anchor) {
        if (signatures < path.size()) {
            signatures = 0;
            return false;
        }
        signatures -= path.size();
        try {
            CertPath validated = CertificateFactory.getInstance("X.509").generateCertPath(path);
            PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
            parameters.setRevocationEnabled(false);
            parameters.setDate(now);
            parameters.addCertPathChecker(new CertificateUse(path.get(0)));
            CertPathValidator.getInstance("PKIX").validate(validated, parameters);
            return true;
        } catch (CertPathValidatorException e) {
            boolean dated = e.getReason() == BasicReason.EXPIRED || e.getReason() == BasicReason.NOT_YET_VALID;
            String which =
                    e.getIndex() >= 0 && e.getIndex() < path.size() ? subject(path.get(e.getIndex())) + ": " : "";
            return flawed(dated ? RefusalKind.OUT_OF_DATE : RefusalKind.UNTRUSTED, which + e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            return flawed(RefusalKind.UNTRUSTED, "a path that cannot be validated: " + e);
        }
    }

    private boolean flawed(RefusalKind kind, String detail) {
        flaw = flaw.or(() -> Optional.of(new Flaw(kind, detail)));
        return false;
    }

    private static String subject(X509Certificate certificate) {
        return "the certificate of " + certificate.getSubjectX500Principal().getName();
    }
}
