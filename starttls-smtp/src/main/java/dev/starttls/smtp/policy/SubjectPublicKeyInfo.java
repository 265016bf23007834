package dev.starttls.smtp.policy;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/**
 * The octets of a certificate's public key, as the certificate has them: a provider's key object may write others, or none for
 * an algorithm that it does not know.
 */
final class SubjectPublicKeyInfo {

    private static final int SEQUENCE = 0x30;
    private static final int VERSION = 0xa0;
    /** serialNumber, signature, issuer, validity and subject come before it (RFC 5280 section 4.1). */
    private static final int FIELDS_BEFORE = 5;

    private SubjectPublicKeyInfo() {}

    static byte[] of(X509Certificate certificate) throws CertificateEncodingException {
        byte[] der = certificate.getTBSCertificate();
        try {
            int at = content(der, 0);
            if ((der[at] & 0xff) == VERSION) {
                at = end(der, at);
            }
            for (int i = 0; i < FIELDS_BEFORE; i++) {
                at = end(der, at);
            }
            int end = end(der, at);
            if ((der[at] & 0xff) == SEQUENCE && end <= der.length) {
                return Arrays.copyOfRange(der, at, end);
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            // Reported below.
        }
        throw new CertificateEncodingException(
                "Expected a certificate in DER with a public key, got another structure");
    }

    /** Where the content of the element begins. */
    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    /** Where the element is over. */
    private static int end(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        int content = content(der, at);
        long length = first < 0x80 ? first : 0;
        for (int i = at + 2; first > 0x80 && i < content; i++) {
            length = Math.min((length << 8) | (der[i] & 0xff), Integer.MAX_VALUE >> 8);
        }
        return (int) Math.min(content + length, Integer.MAX_VALUE);
    }
}
