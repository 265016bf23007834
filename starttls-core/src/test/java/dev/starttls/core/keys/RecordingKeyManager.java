package dev.starttls.core.keys;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Records which keys another key manager returns; to a client it returns the first of them. */
final class RecordingKeyManager extends X509ExtendedKeyManager {

    final List<PrivateKey> keys = new ArrayList<>();
    private final X509ExtendedKeyManager recorded;

    RecordingKeyManager(X509ExtendedKeyManager recorded) {
        this.recorded = recorded;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        PrivateKey key = recorded.getPrivateKey(alias);
        keys.add(key);
        return key;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return recorded.chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return List.of(keyTypes).contains("RSA") ? "0" : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return recorded.getCertificateChain(alias);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return recorded.getClientAliases(keyType, issuers);
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return recorded.chooseClientAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return recorded.getServerAliases(keyType, issuers);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return recorded.chooseServerAlias(keyType, issuers, socket);
    }
}
