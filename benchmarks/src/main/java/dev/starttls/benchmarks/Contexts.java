package dev.starttls.benchmarks;

import dev.starttls.core.keys.ServerKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for localhost, made by the JDK's keytool, and the contexts of both sides. */
public final class Contexts {

    private static final char[] PASSWORD = "benchmark".toCharArray();

    private final KeyStore store;

    /**
     * Makes a key.
     *
     * @param kind of the key
     */
    public Contexts(KeyKind kind) {
        this(kind, "dns:localhost");
    }

    /**
     * Makes a key for a server with other names.
     *
     * @param kind of the key
     * @param names in the format of keytool: "dns:localhost,ip:127.0.0.1"
     */
    public Contexts(KeyKind kind, String names) {
        try {
            Path folder = Files.createTempDirectory("starttls-benchmark");
            Path file = folder.resolve("keys.p12");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=" + names,
                    "-validity",
                    "30",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass",
                    new String(PASSWORD)));
            command.addAll(kind.options());
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("Expected keytool to make a key, got: " + said);
            }
            store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD);
            }
            Files.delete(file);
            Files.delete(folder);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Expected a key store of the JDK's own keytool, got " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while keytool made a key", e);
        }
    }

    private Contexts(KeyStore store) {
        this.store = store;
    }

    /**
     * The same key again, in another JVM.
     *
     * @param file that {@link #store} wrote
     * @return contexts of the key in the file
     */
    public static Contexts of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            return new Contexts(store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Expected a key store in " + file + ", got " + e, e);
        }
    }

    /**
     * Writes the key to a file for another JVM.
     *
     * @param file to be overwritten
     */
    public void store(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Expected to write a key store to " + file + ", got " + e, e);
        }
    }

    /**
     * The kind of the key.
     *
     * @return the algorithm of its certificate
     * @throws GeneralSecurityException if the key store has none
     */
    public KeyKind kind() throws GeneralSecurityException {
        return KeyKind.valueOf(store.getCertificate("server").getPublicKey().getAlgorithm());
    }

    /**
     * The server's certificate, for a client in another process.
     *
     * @return it, as DER
     * @throws GeneralSecurityException if it cannot be encoded
     */
    public byte[] certificate() throws GeneralSecurityException {
        return store.getCertificate("server").getEncoded();
    }

    /**
     * Trust in a certificate.
     *
     * @param certificate as DER
     * @return initialised
     * @throws GeneralSecurityException if the platform has no TLS
     * @throws IOException if the key store cannot be made
     */
    public static TrustManagerFactory trust(byte[] certificate) throws GeneralSecurityException, IOException {
        Certificate server =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        return trust(server);
    }

    /**
     * The key and its certificate in one file, for a server that is not written in Java.
     *
     * @return PEM: first the key (PKCS #8)
     * @throws GeneralSecurityException if the key store does not have it
     */
    public String pem() throws GeneralSecurityException {
        Certificate server = store.getCertificate("server");
        PrivateKey key = (PrivateKey) store.getKey("server", PASSWORD);
        byte[] octets = key instanceof ECPrivateKey ec ? withPublicKey(ec, server.getPublicKey()) : key.getEncoded();
        return pem("PRIVATE KEY", octets) + pem("CERTIFICATE", server.getEncoded());
    }

    private static String pem(String label, byte[] octets) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets) + "\n-----END " + label
                + "-----\n";
    }

    /**
     * Adds the public key to a P-256 key (RFC 5915): Java leaves it out, and GnuTLS, which Exim uses, requires it. All
     * lengths are fixed.
     */
    private static byte[] withPublicKey(ECPrivateKey key, PublicKey known) {
        byte[] secret = key.getS().toByteArray();
        byte[] spki = known.getEncoded();
        byte[] whole = HexFormat.of()
                .parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420" + "00".repeat(32)
                        + "a144034200" + "00".repeat(65));
        int length = Math.min(32, secret.length);
        System.arraycopy(secret, secret.length - length, whole, 36 + 32 - length, length);
        System.arraycopy(spki, spki.length - 65, whole, whole.length - 65, 65);
        return whole;
    }

    /**
     * A server with the key.
     *
     * @return a new context, with a cache of sessions of its own
     * @throws GeneralSecurityException if the platform has no TLS
     */
    public SSLContext server() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys().getKeyManagers(), null, null);
        return context;
    }

    /**
     * A server context as this library makes it, whose key is decrypted once.
     *
     * @return a new context, with a cache of sessions of its own
     * @throws GeneralSecurityException if the key store does not have the key
     * @throws IOException if the key and the certificate do not belong together
     */
    public SSLContext serverKeys() throws GeneralSecurityException, IOException {
        PrivateKey key = (PrivateKey) store.getKey("server", PASSWORD);
        return ServerKeys.of(key, List.of((X509Certificate) store.getCertificate("server")))
                .context();
    }

    /**
     * A server context with a key manager of the JDK.
     *
     * @param algorithm of the factory: "PKIX", which most guides use, or "SunX509"
     * @return a new context, with a cache of sessions of its own
     * @throws GeneralSecurityException if there is no such factory
     */
    public SSLContext server(String algorithm) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(algorithm);
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /**
     * The key and its certificate, for a server of another kind.
     *
     * @return initialised
     * @throws GeneralSecurityException if the platform has no such factory
     */
    public KeyManagerFactory keys() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        return keys;
    }

    /**
     * A client that trusts it.
     *
     * @return a new context, with a cache of sessions of its own
     * @throws GeneralSecurityException if the platform has no TLS
     * @throws IOException if the key store cannot be read
     */
    public SSLContext client() throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust().getTrustManagers(), null);
        return context;
    }

    /**
     * Trust in the certificate, for a client of another kind.
     *
     * @return initialised
     * @throws GeneralSecurityException if the platform has no such factory
     * @throws IOException if the key store cannot be read
     */
    public TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        return trust(store.getCertificate("server"));
    }

    private static TrustManagerFactory trust(Certificate certificate) throws GeneralSecurityException, IOException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("server", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        return trust;
    }

    /**
     * Removes all sessions, so that the next handshake is a full one.
     *
     * @param client its context
     */
    public static void forget(SSLContext client) {
        SSLSessionContext sessions = client.getClientSessionContext();
        for (byte[] id : Collections.list(sessions.getIds())) {
            var session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }
}
