package dev.starttls.conformance.connection;

import dev.starttls.conformance.target.ClientIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Presents one certificate to every server that asks for one, whatever issuers it names, or none; and remembers that a
 * server has asked.
 */
final class FixedKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "client";

    private final Optional<ClientIdentity> identity;
    private volatile boolean asked;

    FixedKeyManager(Optional<ClientIdentity> identity) {
        this.identity = identity;
    }

    /** Whether the server sent a CertificateRequest. */
    boolean asked() {
        return asked;
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return choose(keyTypes);
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return choose(keyTypes);
    }

    /** The engine asks for each algorithm, or for all at once; the key fits one of them. */
    private String choose(String[] keyTypes) {
        asked = true;
        return identity.filter(own -> Arrays.asList(keyTypes).contains(own.key().getAlgorithm()))
                .map(own -> ALIAS)
                .orElse(null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return identity.map(own -> own.chain().toArray(X509Certificate[]::new)).orElse(null);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity.map(ClientIdentity::key).orElse(null);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return identity.isPresent() ? new String[] {ALIAS} : new String[0];
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
