package dev.starttls.conformance.survey;

import dev.starttls.conformance.survey.SurveyedTls.Fault;
import dev.starttls.conformance.survey.SurveyedTls.FaultKind;
import dev.starttls.conformance.tls.certificate.ChainRules;
import dev.starttls.conformance.tls.certificate.ChainVerdict;
import dev.starttls.conformance.tls.certificate.Roots;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whether a client that verifies would go on, and why not: the trust manager of this Java runtime says whether, which costs one
 * signature for each certificate; only for chains that it refuses the rules of the checks say why. Safe for use by several
 * threads.
 */
final class CertificateJudge {
    private final List<X509Certificate> roots;
    private final X509TrustManager trust;

    /**
     * A judge with these roots.
     *
     * @param roots empty for those of the Java runtime
     */
    CertificateJudge(List<X509Certificate> roots) {
        this.roots = roots.isEmpty() ? Roots.ofTheRuntime() : List.copyOf(roots);
        this.trust = trustManager(this.roots);
    }

    private static X509TrustManager trustManager(List<X509Certificate> roots) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate root : roots) {
                store.setCertificateEntry("root " + store.size(), root);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return Stream.of(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java runtime has no trust manager", e);
        }
    }

    /**
     * Judges a chain.
     *
     * @param chain as it was sent, the server's own first; at least one
     * @param identity that the first must have
     */
    List<Fault> faults(List<X509Certificate> chain, ServerIdentity identity) {
        List<Fault> faults = new ArrayList<>();
        try {
            // How the key is used is the engine's affair: by now the handshake is done.
            trust.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
        } catch (CertificateException e) {
            faults.addAll(refused(chain, e));
        }
        if (!identity.matches(chain.get(0))) {
            faults.add(new Fault(
                    FaultKind.NAME_MISMATCH,
                    "expected " + identity.host() + ", the certificate has "
                            + ServerIdentity.shownNames(chain.get(0))));
        }
        return faults;
    }

    private List<Fault> refused(List<X509Certificate> chain, CertificateException why) {
        Instant now = Instant.now();
        ChainVerdict verdict = new ChainRules(roots, now).judge(chain);
        if (verdict.faults().isEmpty()) {
            return List.of(new Fault(FaultKind.INVALID, "this Java runtime refuses the chain: " + why.getMessage()));
        }
        boolean untrusted = !verdict.rooted();
        boolean expired = chain.stream().anyMatch(each -> !within(each, now));
        List<Fault> faults = new ArrayList<>();
        for (String detail : verdict.faults()) {
            boolean ofTime = expired && (detail.contains(" expired at ") || detail.contains(" is not valid before "));
            boolean ofTrust = untrusted && detail.contains("among the trusted roots");
            faults.add(
                    new Fault(ofTime ? FaultKind.EXPIRED : ofTrust ? FaultKind.UNTRUSTED : FaultKind.INVALID, detail));
        }
        return faults;
    }

    private static boolean within(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }
}
