package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.certificate.Issuer;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

/** A server on the runtime's own TLS that chooses among several certificates. */
final class ManyCertificates extends X509ExtendedKeyManager {

    /** Chooses by what the client wants. */
    @FunctionalInterface
    interface Choice {
        /**
         * Chooses.
         *
         * @param keyType EC or RSA
         * @param name in the client's SNI; empty if there was none
         * @return empty if there is none of this type
         */
        Optional<Issuer> of(String keyType, String version, String name);
    }

    private final Choice choice;
    private final List<Issuer> all;

    private ManyCertificates(List<Issuer> all, Choice choice) {
        this.all = all;
        this.choice = choice;
    }

    /** One certificate of each type. */
    static LoopbackServer with(Issuer... identities) {
        List<Issuer> all = List.of(identities);
        return choosing(all, (keyType, version, name) -> all.stream()
                .filter(one -> one.key().getAlgorithm().equals(keyType))
                .findFirst());
    }

    static LoopbackServer choosing(List<Issuer> all, Choice choice) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new ManyCertificates(all, choice)}, null, null);
            return GoodServer.with(context, socket -> {});
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        SSLSession session = ((SSLSocket) socket).getHandshakeSession();
        String name = ((ExtendedSSLSession) session)
                .getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map((SNIServerName one) -> ((SNIHostName) one).getAsciiName())
                        .findFirst()
                        .orElse("");
        return choice.of(keyType, session.getProtocol(), name)
                .map(one -> Integer.toString(all.indexOf(one)))
                .orElse(null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return all.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return all.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }
}
