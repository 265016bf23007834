package dev.starttls.core.nio;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Throws an error instead of a verdict: a class of the installation is missing. */
final class FaultyTrust implements X509TrustManager {

    private FaultyTrust() {}

    static SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new FaultyTrust()}, null);
        return context;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyKind) {
        throw new NoClassDefFoundError("a missing class");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyKind) {
        throw new NoClassDefFoundError("a missing class");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
