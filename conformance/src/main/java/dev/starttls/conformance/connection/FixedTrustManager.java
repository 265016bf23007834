package dev.starttls.conformance.connection;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Accepts any chain, or refuses any: the checks judge chains, not the connection. */
public final class FixedTrustManager extends X509ExtendedTrustManager {
    private final TlsOffer.OnCertificate verdict;
    private final AtomicInteger judged = new AtomicInteger();

    public FixedTrustManager(TlsOffer.OnCertificate verdict) {
        this.verdict = verdict;
    }

    /** How many chains came so far. */
    int judged() {
        return judged.get();
    }

    private void judge() throws CertificateException {
        judged.incrementAndGet();
        if (verdict == TlsOffer.OnCertificate.ABORT) {
            throw new CertificateException("the suite aborts this handshake on purpose");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("the suite is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("the suite is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("the suite is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
