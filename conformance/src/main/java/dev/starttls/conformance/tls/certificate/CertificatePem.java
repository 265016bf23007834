package dev.starttls.conformance.tls.certificate;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** Certificates as text (RFC 7468 section 5). */
public final class CertificatePem {
    /** RFC 7468 section 2: lines of 64 characters. */
    private static final int WIDTH = 64;

    private CertificatePem() {}

    /** A certificate as a PEM file has it. */
    public static String of(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(WIDTH, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was made cannot be written", e);
        }
    }
}
