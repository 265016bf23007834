package dev.starttls.core.nio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Contexts that trust the certificates of a file in place of those of the Java runtime. */
final class TrustedRoots {

    /** As for the files of a server: four times a bundle of all public authorities. */
    private static final int MAX_OCTETS = 1 << 20;

    private TrustedRoots() {}

    /** Of a PEM file, of at most 1 MiB. */
    static SSLContext pem(Path file) throws IOException {
        try {
            byte[] octets;
            try (InputStream in = Files.newInputStream(file)) {
                octets = in.readNBytes(MAX_OCTETS + 1);
            }
            if (octets.length > MAX_OCTETS) {
                throw new IOException("more than " + MAX_OCTETS + " octets");
            }
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(octets))) {
                trusted.setCertificateEntry("ca" + count++, certificate);
            }
            if (count == 0) {
                throw new IOException("none (-----BEGIN CERTIFICATE-----)");
            }
            return trusting(trusted);
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(file, e);
        }
    }

    /** Of a PKCS #12 or JKS file. */
    static SSLContext store(Path file, Optional<String> password) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(
                    file.toFile(), password.map(String::toCharArray).orElse(null));
            if (trusted.size() == 0) {
                throw new IOException("none; is it the right one, and is truststore.password needed?");
            }
            return trusting(trusted);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw unusable(file, e);
        }
    }

    private static SSLContext trusting(KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static IOException unusable(Path file, Exception thrown) {
        return new IOException("expected a file with trusted certificates, got " + thrown + " for " + file, thrown);
    }
}
