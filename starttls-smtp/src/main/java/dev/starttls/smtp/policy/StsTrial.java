package dev.starttls.smtp.policy;

import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.upgrade.FailureReason;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What mode enforce would have said of a host to which mail was delivered under mode testing (RFC 8461 section 5): nothing is refused by
 * it, and reports have it.
 */
final class StsTrial implements SessionTrial {

    /** The JDK's roots, loaded on first use. */
    private static final class Platform {

        static final Optional<X509TrustManager> TRUST = load();

        private Platform() {}

        private static Optional<X509TrustManager> load() {
            try {
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init((KeyStore) null);
                for (TrustManager manager : factory.getTrustManagers()) {
                    if (manager instanceof X509TrustManager found) {
                        return Optional.of(found);
                    }
                }
                return Optional.empty();
            } catch (GeneralSecurityException e) {
                return Optional.empty();
            }
        }
    }

    private final String host;
    private final boolean allowed;
    private final Optional<X509TrustManager> trust;

    /**
     * A trial.
     *
     * @param allowed whether the policy has the host
     * @param trust empty for the JDK's roots
     */
    StsTrial(String host, boolean allowed, Optional<X509TrustManager> trust) {
        this.host = host;
        this.allowed = allowed;
        this.trust = trust;
    }

    @Override
    public Optional<Refusal> of(List<Certificate> chain) {
        if (!allowed) {
            return Optional.of(
                    new Refusal(FailureReason.HOST_EXCLUDED, "Expected a host that the policy has as mx, got " + host));
        }
        X509Certificate[] path = chain.stream()
                .filter(X509Certificate.class::isInstance)
                .map(X509Certificate.class::cast)
                .toArray(X509Certificate[]::new);
        Optional<X509TrustManager> judge = trust.or(() -> Platform.TRUST);
        if (path.length == 0 || judge.isEmpty()) {
            return untrusted(path.length == 0 ? "none" : "no trust manager of this JVM to judge it");
        }
        try {
            // As SunJSSE has it in TLS 1.3, where the suite does not say what the key is for.
            judge.get().checkServerTrusted(path, "UNKNOWN");
        } catch (CertificateException | RuntimeException e) {
            return expired(e)
                    ? Optional.of(new Refusal(
                            FailureReason.CERTIFICATE_EXPIRED, "Expected a certificate that is valid now, got " + e))
                    : untrusted(e.toString());
        }
        return ServerIdentity.of(host).matches(path[0])
                ? Optional.empty()
                : Optional.of(new Refusal(
                        FailureReason.CERTIFICATE_NAME_MISMATCH,
                        "Expected a certificate for " + host + ", got one for " + ServerIdentity.shownNames(path[0])));
    }

    private static Optional<Refusal> untrusted(String came) {
        return Optional.of(new Refusal(
                FailureReason.CERTIFICATE_UNTRUSTED,
                "Expected a certificate that leads to a trusted root, got " + came));
    }

    private static boolean expired(Throwable thrown) {
        int depth = 0;
        for (Throwable at = thrown; at != null && depth++ < 10; at = at.getCause()) {
            if (at instanceof CertificateExpiredException
                    || at instanceof CertificateNotYetValidException
                    || (at instanceof CertPathValidatorException path
                            && (path.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                                    || path.getReason() == CertPathValidatorException.BasicReason.NOT_YET_VALID))) {
                return true;
            }
        }
        return false;
    }
}
