package dev.starttls.core.upgrade;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts no certificate: throws whatever it is given, declared or not. */
final class ThrowingTrust extends X509ExtendedTrustManager {

    private final Throwable thrown;

    ThrowingTrust(Throwable thrown) {
        this.thrown = thrown;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {
        throw sneak(thrown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {
        throw sneak(thrown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {
        throw sneak(thrown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {
        throw sneak(thrown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {
        throw sneak(thrown);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {
        throw sneak(thrown);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
