package dev.starttls.conformance.target;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/** Reads trusted roots from a file. */
public final class TrustedRoots {
    private TrustedRoots() {}

    /**
     * All certificates of a PEM file.
     *
     * @return at least one
     * @throws IOException if it cannot be read or there is none in it; the message says so and names the file
     */
    public static List<X509Certificate> in(Path pem) throws IOException {
        byte[] octets = SmallFile.octets(pem);
        List<X509Certificate> roots;
        try (InputStream in = new ByteArrayInputStream(octets)) {
            roots = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .filter(X509Certificate.class::isInstance)
                    .map((Certificate certificate) -> (X509Certificate) certificate)
                    .toList();
        } catch (CertificateException e) {
            boolean key = new String(octets, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----");
            throw new IOException(
                    pem + ": expected -----BEGIN CERTIFICATE-----, got "
                            + (key ? "a private key" : "what is no certificate: " + e.getMessage()),
                    e);
        }
        if (roots.isEmpty()) {
            throw new IOException(pem + ": it contains no certificate");
        }
        return roots;
    }
}
