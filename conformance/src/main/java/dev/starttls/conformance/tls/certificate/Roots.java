package dev.starttls.conformance.tls.certificate;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The roots that this Java runtime trusts by default. */
public final class Roots {

    private Roots() {}

    /** All of them; empty if the runtime has none. */
    public static List<X509Certificate> ofTheRuntime() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            List<X509Certificate> roots = new ArrayList<>();
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    roots.addAll(List.of(x509.getAcceptedIssuers()));
                }
            }
            return List.copyOf(roots);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no trust store that can be read", e);
        }
    }
}
