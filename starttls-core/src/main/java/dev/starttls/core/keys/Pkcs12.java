package dev.starttls.core.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads the keys of a PKCS #12 store (RFC 7292), each of which is decrypted once. */
final class Pkcs12 {

    private Pkcs12() {}

    static List<KeyEntry> entries(KeyFile file, char[] password) throws ServerKeysException {
        KeyStore store = load(file, password);
        List<KeyEntry> entries = new ArrayList<>();
        int others = 0;
        try {
            for (String alias : Collections.list(store.aliases())) {
                Certificate[] chain = store.getCertificateChain(alias);
                if (store.isKeyEntry(alias)
                        && chain != null
                        && key(file, store, alias, password) instanceof PrivateKey key) {
                    String where = file.name + ", entry " + alias.replaceAll("\\p{Cntrl}", "?");
                    entries.add(KeyEntry.of(where, where, key, x509(where, chain)));
                } else {
                    others++;
                }
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw damaged(file, e);
        }
        if (entries.isEmpty()) {
            throw new ServerKeysException(
                    file.name,
                    "Expected a private key with its certificates, got " + others
                            + " other entries; make a store with one:"
                            + " openssl pkcs12 -export -in CHAIN -inkey KEY -out STORE");
        }
        return entries;
    }

    private static KeyStore load(KeyFile file, char[] password) throws ServerKeysException {
        if (file.octets[0] == '-') {
            throw new ServerKeysException(file.name, "Expected PKCS #12, got text; read PEM with ServerKeys.pem");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file.octets), password);
            return store;
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new ServerKeysException(
                        file.name,
                        "Expected the password of the store, got another one; check it: openssl pkcs12 -noout -in STORE");
            }
            throw damaged(file, e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw damaged(file, e);
        }
    }

    private static Key key(KeyFile file, KeyStore store, String alias, char[] password)
            throws ServerKeysException, GeneralSecurityException {
        try {
            return store.getKey(alias, password);
        } catch (UnrecoverableKeyException e) {
            throw new ServerKeysException(
                    file.name,
                    "Expected the key " + alias.replaceAll("\\p{Cntrl}", "?")
                            + " to have the password of the store, got"
                            + " another one; give both the same: keytool -importkeystore");
        }
    }

    private static List<X509Certificate> x509(String where, Certificate[] chain) throws ServerKeysException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate : chain) {
            if (!(certificate instanceof X509Certificate x509)) {
                throw new ServerKeysException(
                        where, "Expected certificates of X.509, got one of " + certificate.getType() + "; replace it");
            }
            certificates.add(x509);
        }
        return certificates;
    }

    private static ServerKeysException damaged(KeyFile file, Exception cause) {
        return new ServerKeysException(
                file.name,
                "Expected a PKCS #12 store that this Java can read, got something else or a damaged one; check it: openssl"
                        + " pkcs12 -noout -in STORE",
                cause);
    }
}
