package dev.starttls.benchmarks.latency;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust manager of the platform, counting its calls: there is one in a full handshake and none in a resumed one,
 * which distinguishes the two for every client and server.
 */
final class ClientTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager platform;
    private final AtomicLong asked = new AtomicLong();

    ClientTrust(TrustManagerFactory factory) {
        TrustManager[] managers = factory.getTrustManagers();
        if (managers.length != 1 || !(managers[0] instanceof X509ExtendedTrustManager manager)) {
            throw new IllegalStateException("Expected one trust manager of the JDK's kind, got " + managers.length);
        }
        this.platform = manager;
    }

    /** How many handshakes were full ones up to now. */
    long asked() {
        return asked.get();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        asked.incrementAndGet();
        platform.checkServerTrusted(chain, known(authType), engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        asked.incrementAndGet();
        platform.checkServerTrusted(chain, known(authType), socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        asked.incrementAndGet();
        platform.checkServerTrusted(chain, known(authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        platform.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        platform.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        platform.checkClientTrusted(chain, authType);
    }

    /** Translates Conscrypt's name for TLS 1.3, whose suites do not name the authentication, to the JDK's. */
    private static String known(String authType) {
        return authType.equals("GENERIC") ? "UNKNOWN" : authType;
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return platform.getAcceptedIssuers();
    }
}
