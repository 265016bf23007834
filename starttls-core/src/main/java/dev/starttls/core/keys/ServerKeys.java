package dev.starttls.core.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A server's private keys and their certificates, decrypted once. Immutable.
 *
 * <pre>{@code
 * ServerKeys keys = ServerKeys.pem(Path.of("chain.pem"), Path.of("key.pem"));
 * ServerKeys both = keys.and(ServerKeys.pkcs12(Path.of("rsa.p12"), password));
 * server.sslContext(both.context());
 * }</pre>
 *
 * <p>A key manager of {@code KeyManagerFactory.getInstance("PKIX")}, which is the same as "NewSunX509", decrypts the private
 * key anew in every handshake, and once more for every ticket that a client resumes with: with a PKCS #12 store, 10,000 rounds
 * of a hash each time. That of "SunX509" decrypts keys once, but ignores the name that the client asks for. This one decrypts
 * once and chooses by the name.
 *
 * <p>In a handshake, the key is one whose certificate has the name that the client sends (SNI, RFC 6066 section 3), by the rules
 * of {@link dev.starttls.core.tls.ServerIdentity}; of several, the first of a type that the client can verify. For a client that
 * sends no name, or one that no certificate has, it is the first key, or one of another type that has a name in common with it.
 *
 * <p>When keys are read, it is checked that the certificate is that of the private key, that the chain begins with it, and that
 * each certificate is issued by the next. Not checked are the validity in time, since a server with an expired certificate is
 * better than none (see {@link #warnings}), and whether clients trust the last issuer.
 *
 * <p>Passwords are copied, and the copies overwritten; the caller may overwrite its own array or use it again. Files may have at
 * most 1 MiB.
 */
public final class ServerKeys {

    private final List<KeyEntry> entries;
    private final Set<X509Certificate> authorities;

    private ServerKeys(List<KeyEntry> entries, Set<X509Certificate> authorities) {
        this.entries = List.copyOf(entries);
        this.authorities = authorities;
    }

    /**
     * Reads PEM files (RFC 7468), as ACME clients and OpenSSL write them. Both may be the same file.
     *
     * @param chain the server's certificate, followed by those of the issuers up to the root, which may be left out
     * @param key its private key, not encrypted: "PRIVATE KEY" (PKCS #8), "RSA PRIVATE KEY" or "EC PRIVATE KEY"
     * @return the key with its chain
     * @throws IOException if they cannot be read or do not belong together; a {@link ServerKeysException} that says why
     */
    public static ServerKeys pem(Path chain, Path key) throws IOException {
        requireFiles(chain, key);
        return pem(chain, key, Optional.empty());
    }

    /**
     * Reads PEM files with an encrypted key ("ENCRYPTED PRIVATE KEY").
     *
     * @param chain the server's certificate, followed by those of the issuers up to the root, which may be left out
     * @param key its private key, encrypted or not
     * @param password of the key; Java supports ASCII only
     * @return the key with its chain
     * @throws IOException if they cannot be read or do not belong together; a {@link ServerKeysException} that says why
     */
    public static ServerKeys pem(Path chain, Path key, char[] password) throws IOException {
        requireFiles(chain, key);
        return pem(
                chain,
                key,
                Optional.of(Objects.requireNonNull(
                        password,
                        "password: expected that of the key, got null; for a key without one use pem(chain, key)")));
    }

    /**
     * Reads PEM from text, for instance of the environment or a secret store.
     *
     * @param chain as in {@link #pem(Path, Path)}
     * @param key as in {@link #pem(Path, Path)}; may be the same text
     * @return the key with its chain
     * @throws IOException if they cannot be read or do not belong together; a {@link ServerKeysException} that says why
     */
    public static ServerKeys pem(String chain, String key) throws IOException {
        Objects.requireNonNull(chain, "chain: expected certificates in PEM, got null");
        Objects.requireNonNull(key, "key: expected a private key in PEM, got null");
        try (KeyFile chainText = KeyFile.of("chain (text)", chain);
                KeyFile keyText = KeyFile.of("key (text)", key)) {
            return pem(chainText, keyText, Optional.empty());
        }
    }

    /**
     * Reads every private key of a PKCS #12 store, in the order of the store.
     *
     * @param store the file
     * @param password of the store and its keys
     * @return the keys with their chains
     * @throws IOException if it cannot be read or has no private key; a {@link ServerKeysException} that says why
     */
    public static ServerKeys pkcs12(Path store, char[] password) throws IOException {
        Objects.requireNonNull(store, "store: expected a PKCS #12 file, got null");
        Objects.requireNonNull(password, "password: expected that of the store, got null; try new char[0] for none");
        try (KeyFile file = KeyFile.read(store)) {
            return new ServerKeys(Pkcs12.entries(file, password), Set.of());
        }
    }

    /**
     * Takes a key object: of another kind of store, or of a token that does not disclose it (PKCS #11).
     *
     * @param key the private key
     * @param chain its certificate, followed by those of the issuers
     * @return the key with its chain
     * @throws IOException if they do not belong together; a {@link ServerKeysException} that says why
     */
    public static ServerKeys of(PrivateKey key, List<X509Certificate> chain) throws IOException {
        Objects.requireNonNull(key, "key: expected the server's private key, got null");
        Objects.requireNonNull(chain, "chain: expected the server's certificates, its own first, got null");
        return new ServerKeys(List.of(KeyEntry.of("chain", "key", key, chain)), Set.of());
    }

    /**
     * Adds other keys: of another type for the same names, or for other names.
     *
     * @param other the keys that come after these
     * @return all keys, and the authorities for clients of both
     */
    public ServerKeys and(ServerKeys other) {
        Objects.requireNonNull(other, "other: expected more keys, got null");
        List<KeyEntry> both = new ArrayList<>(entries);
        both.addAll(other.entries);
        Set<X509Certificate> trusted = new LinkedHashSet<>(authorities);
        trusted.addAll(other.authorities);
        return new ServerKeys(both, trusted);
    }

    /**
     * Adds authorities for the certificates of clients, for servers that ask for them ({@link
     * dev.starttls.core.tls.ClientCertificate}). Without any, no client's certificate is trusted, and its handshake fails:
     * the public ones, Java's default, issue certificates to any applicant.
     *
     * @param file PEM with one or more certificates
     * @return these keys with the authorities added
     * @throws IOException if they cannot be read; a {@link ServerKeysException} that says why
     */
    public ServerKeys trustingClients(Path file) throws IOException {
        Objects.requireNonNull(file, "file: expected certificates of authorities in PEM, got null");
        try (KeyFile certificates = KeyFile.read(file)) {
            Set<X509Certificate> trusted = new LinkedHashSet<>(authorities);
            trusted.addAll(Certificates.read(certificates, TrustedRoots.ADVICE));
            return new ServerKeys(entries, trusted);
        }
    }

    /**
     * Makes a context for servers. Each context has its own session cache and ticket keys: make one and use it for all
     * connections, or no session is ever resumed.
     *
     * @return initialised
     */
    public SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keyManager()}, trustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Expected this Java to have TLS and PKIX, got " + e, e);
        }
    }

    /**
     * The key manager of {@link #context}, for a context with another trust manager or provider.
     *
     * @return a key manager for servers only
     */
    public X509ExtendedKeyManager keyManager() {
        return new ServerKeyManager(entries);
    }

    /**
     * The server's own certificates.
     *
     * @return the leaf of each key, the first key's first
     */
    public List<X509Certificate> certificates() {
        return entries.stream().map(KeyEntry::leaf).toList();
    }

    /**
     * The defects of the certificates for which clients that verify refuse them, to be shown to a person.
     *
     * @param when the time to check for: now, or two weeks from now, to be warned in time
     * @return a sentence for each certificate that is expired or not yet valid, or has no name or address for clients to
     *     compare; empty if there are none
     */
    public List<String> warnings(Instant when) {
        Objects.requireNonNull(when, "when: expected a time, got null; try Instant.now()");
        return entries.stream()
                .flatMap(entry -> Certificates.warnings(entry.where, entry.chain, when).stream())
                .toList();
    }

    /** Compares the certificates in their order, which stand for the keys, and the authorities. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ServerKeys keys
                && keys.authorities.equals(authorities)
                && keys.chains().equals(chains());
    }

    @Override
    public int hashCode() {
        return chains().hashCode();
    }

    /** Key types, names and files; nothing secret. */
    @Override
    public String toString() {
        return "ServerKeys" + entries;
    }

    private static void requireFiles(Path chain, Path key) {
        Objects.requireNonNull(chain, "chain: expected a PEM file of certificates, got null");
        Objects.requireNonNull(key, "key: expected a PEM file with a private key, got null");
    }

    private List<List<X509Certificate>> chains() {
        return entries.stream().map(entry -> entry.chain).toList();
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        if (authorities.isEmpty()) {
            return new TrustManager[] {new NoClients()};
        }
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        int number = 0;
        for (X509Certificate authority : authorities) {
            anchors.setCertificateEntry("authority" + number, authority);
            number++;
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(anchors);
        return trust.getTrustManagers();
    }

    private static ServerKeys pem(Path chain, Path key, Optional<char[]> password) throws IOException {
        try (KeyFile chainFile = KeyFile.read(chain);
                KeyFile keyFile = KeyFile.read(key)) {
            return pem(chainFile, keyFile, password);
        }
    }

    private static ServerKeys pem(KeyFile chain, KeyFile key, Optional<char[]> password) throws IOException {
        List<X509Certificate> certificates = Certificates.read(chain, "are the files of chain and key swapped?");
        PrivateKey opened = PrivateKeys.open(key, password);
        return new ServerKeys(List.of(KeyEntry.of(chain.name, key.name, opened, certificates)), Set.of());
    }
}
