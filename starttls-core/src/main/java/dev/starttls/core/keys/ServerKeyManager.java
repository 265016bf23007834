package dev.starttls.core.keys;

import dev.starttls.core.tls.ServerIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Chooses among keys that are already decrypted.
 *
 * <p>An engine asks for one type of key after another, in the order that the client or its own suites prefer, and takes the
 * first answer. So the server is chosen first, by its name, and only keys of that server are offered, of any type: otherwise a
 * client that prefers EC would get the EC certificate of another name where the name it asks for has RSA.
 */
final class ServerKeyManager extends X509ExtendedKeyManager {

    private final List<KeyEntry> entries;

    ServerKeyManager(List<KeyEntry> entries) {
        this.entries = entries;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        SSLSession session;
        try {
            session = engine == null ? null : engine.getHandshakeSession();
        } catch (UnsupportedOperationException e) {
            // Thrown by an engine that does not make the client's preferences known.
            session = null;
        }
        return choose(keyType, issuers, session);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return choose(keyType, issuers, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        KeyEntry entry = entry(alias);
        return entry == null ? null : entry.key;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        KeyEntry entry = entry(alias);
        return entry == null ? null : entry.chain.toArray(new X509Certificate[0]);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        List<String> aliases = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).answers(keyType)) {
                aliases.add(Integer.toString(i));
            }
        }
        return aliases.isEmpty() ? null : aliases.toArray(new String[0]);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }

    private String choose(String keyType, Principal[] issuers, SSLSession session) {
        KeyEntry chosen = null;
        for (KeyEntry entry : entries.size() == 1 ? entries : candidates(session)) {
            if (entry.answers(keyType)) {
                if (issuers == null || issuers.length == 0 || entry.issuedBy(issuers)) {
                    return Integer.toString(entries.indexOf(entry));
                }
                // The client's certificate_authorities are a preference (RFC 8446 section 4.2.4).
                chosen = chosen == null ? entry : chosen;
            }
        }
        return chosen == null ? null : Integer.toString(entries.indexOf(chosen));
    }

    /** The entries of the server that the client asks for, or of the first one if it asks for none of them; at least one. */
    private List<KeyEntry> candidates(SSLSession session) {
        List<KeyEntry> verifiable = verifiable(session);
        List<KeyEntry> named = new ArrayList<>();
        for (ServerIdentity name : names(session)) {
            for (KeyEntry entry : verifiable) {
                if (entry.isFor(name)) {
                    named.add(entry);
                }
            }
        }
        if (named.isEmpty()) {
            for (KeyEntry entry : verifiable) {
                if (entry.sharesName(verifiable.get(0))) {
                    named.add(entry);
                }
            }
        }
        return named;
    }

    /** The entries whose signatures the client says that it can verify; all, if it can verify none or says nothing. */
    private List<KeyEntry> verifiable(SSLSession session) {
        String[] algorithms =
                session instanceof ExtendedSSLSession extended ? extended.getPeerSupportedSignatureAlgorithms() : null;
        if (algorithms == null || algorithms.length == 0) {
            return entries;
        }
        boolean tls13 = session.getProtocol().equals("TLSv1.3");
        List<KeyEntry> verifiable = new ArrayList<>();
        for (KeyEntry entry : entries) {
            if (entry.verifiableBy(algorithms, tls13)) {
                verifiable.add(entry);
            }
        }
        return verifiable.isEmpty() ? entries : verifiable;
    }

    private static List<ServerIdentity> names(SSLSession session) {
        List<ServerIdentity> names = new ArrayList<>();
        for (SNIServerName name : requested(session)) {
            if (name.getType() == StandardConstants.SNI_HOST_NAME) {
                try {
                    names.add(ServerIdentity.of(new SNIHostName(name.getEncoded()).getAsciiName()));
                } catch (IllegalArgumentException e) {
                    // Not the name of a host (RFC 6066 section 3): ignored.
                }
            }
        }
        return names;
    }

    private static List<SNIServerName> requested(SSLSession session) {
        try {
            return session instanceof ExtendedSSLSession extended ? extended.getRequestedServerNames() : List.of();
        } catch (UnsupportedOperationException e) {
            return List.of();
        }
    }

    private KeyEntry entry(String alias) {
        try {
            int index = Integer.parseInt(alias);
            return index >= 0 && index < entries.size() ? entries.get(index) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
