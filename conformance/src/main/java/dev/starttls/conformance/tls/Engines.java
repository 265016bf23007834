package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.OpenTrust;
import dev.starttls.conformance.speak.TlsOffer;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Makes the engines of {@link EngineRecordSession}, each with a context and so with sessions of its own. */
final class Engines {

    private Engines() {}

    static SSLEngine client(TlsOffer offer) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new OpenTrust(offer.verdict())}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            offer.serverName().ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
            if (!offer.versions().isEmpty()) {
                parameters.setProtocols(offer.versions().toArray(String[]::new));
            }
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }
}
