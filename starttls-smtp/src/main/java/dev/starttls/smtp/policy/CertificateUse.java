package dev.starttls.smtp.policy;

import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What certificates may be used for, beyond what a validator of paths asks (RFC 5280 sections 4.2.1.3 and 4.2.1.12). */
final class CertificateUse extends PKIXCertPathChecker {

    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final List<String> SERVER = List.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");
    /** In {@link X509Certificate#getKeyUsage}: digitalSignature, keyEncipherment and keyAgreement, one of which TLS needs. */
    private static final int[] TLS = {0, 2, 4};

    private static final int KEY_CERT_SIGN = 5;

    private final X509Certificate leaf;

    CertificateUse(X509Certificate leaf) {
        this.leaf = leaf;
    }

    /** Whether an authority may have issued the top of a path. */
    static boolean mayIssue(X509Certificate authority, List<X509Certificate> path) {
        long authoritiesBelow = path.stream()
                .skip(1)
                .filter(each -> !each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                .count();
        boolean[] usage = authority.getKeyUsage();
        return authority.getBasicConstraints() >= authoritiesBelow
                && (usage == null || used(usage, KEY_CERT_SIGN))
                && forServers(authority);
    }

    @Override
    public void init(boolean forward) {
        // Nothing is kept from one path to the next.
    }

    @Override
    public boolean isForwardCheckingSupported() {
        return true;
    }

    @Override
    public Set<String> getSupportedExtensions() {
        return Set.of(EXTENDED_KEY_USAGE);
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolved) throws CertPathValidatorException {
        if (!(certificate instanceof X509Certificate one) || !forServers(one)) {
            throw new CertPathValidatorException("Expected an extended key usage for servers, got another");
        }
        boolean[] usage = one.getKeyUsage();
        if (one.equals(leaf) && usage != null && !used(usage, TLS)) {
            throw new CertPathValidatorException("Expected a key usage for TLS, got another");
        }
        unresolved.remove(EXTENDED_KEY_USAGE);
    }

    private static boolean used(boolean[] usage, int... any) {
        for (int bit : any) {
            if (bit < usage.length && usage[bit]) {
                return true;
            }
        }
        return false;
    }

    private static boolean forServers(X509Certificate certificate) {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages == null || usages.stream().anyMatch(SERVER::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
