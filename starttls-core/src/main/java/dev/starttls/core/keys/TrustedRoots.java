package dev.starttls.core.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates that a client trusts in place of those of the Java runtime: of authorities, or of servers themselves. Immutable.
 *
 * <pre>{@code
 * SSLContext context = TrustedRoots.pem(Path.of("ca.pem")).context();
 * TlsSettings settings = TlsSettings.builder().context(context).build();
 * }</pre>
 *
 * <p>{@code ClientSetup.trust} does this for one setup of a client. Setups that are to resume each other's sessions share one
 * context instead, as {@code sslContext(context)}.
 */
public final class TrustedRoots {

    static final String ADVICE = "is it the right file?";

    private final List<X509Certificate> certificates;

    private TrustedRoots(List<X509Certificate> certificates) {
        this.certificates = certificates;
    }

    /**
     * Reads a PEM file (RFC 7468), once; blocks other than certificates are ignored.
     *
     * @param file of at most 1 MiB
     * @return its certificates, at least one
     * @throws IOException if they cannot be read; a {@link ServerKeysException} that names the file and says why
     * @throws NullPointerException if it is null
     */
    public static TrustedRoots pem(Path file) throws IOException {
        Objects.requireNonNull(file, "file: expected a PEM file with trusted certificates, got null");
        try (KeyFile opened = KeyFile.read(file)) {
            if (opened.looksLikeDer()) {
                throw new ServerKeysException(
                        opened.name,
                        "Expected PEM, which is text, got DER; convert a certificate with openssl x509 -inform DER -in FILE -out"
                                + " FILE.pem, the certificates of a PKCS #12 store with openssl pkcs12 -nokeys -in FILE -out FILE.pem");
            }
            return of(Certificates.read(opened, ADVICE));
        }
    }

    /**
     * Takes certificates that were read elsewhere.
     *
     * @param certificates at least one
     * @return the same
     * @throws IllegalArgumentException if there is none
     * @throws NullPointerException if they or one of them are null
     */
    public static TrustedRoots of(List<X509Certificate> certificates) {
        List<X509Certificate> trusted = List.copyOf(Objects.requireNonNull(
                certificates, "certificates: expected those to be trusted, got null; unless set, Java's are trusted"));
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("certificates: expected at least one to be trusted, got none");
        }
        return new TrustedRoots(trusted);
    }

    /**
     * Makes a context for clients, without a certificate of the client's own. Each context has its own session cache: make one and
     * use it for all connections, or no session is ever resumed.
     *
     * @return initialised
     */
    public SSLContext context() {
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (X509Certificate certificate : certificates) {
                anchors.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Expected this Java to have TLS and a trust manager, got " + e, e);
        }
    }

    /** The subjects of the first three and how many there are. */
    @Override
    public String toString() {
        return "TrustedRoots"
                + certificates.stream().limit(3).map(Certificates::name).toList() + " of " + certificates.size();
    }
}
