package dev.starttls.core.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The context of opportunistic clients that verify nothing (RFC 7435): one for all, since it holds their sessions. */
final class UnverifiedContext {

    private static SSLContext context;

    private UnverifiedContext() {}

    static synchronized SSLContext get() throws GeneralSecurityException {
        if (context == null) {
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(null, new TrustManager[] {new Anyone()}, null);
            context = made;
        }
        return context;
    }

    /** An extended trust manager, since engines check the algorithms of the chain by themselves for one that is not. */
    static final class Anyone extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
