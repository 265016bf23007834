package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.OctetString;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import java.util.Optional;

/**
 * What the server presents.
 *
 * @param key the private key of the first certificate, of RSA or ECDSA
 * @param chain the server's own certificate first
 * @param stapled an OCSP response in DER, which is sent to clients that ask for one (RFC 6066 section 8)
 */
public record ServerCredentials(PrivateKey key, List<X509Certificate> chain, Optional<OctetString> stapled) {

    public ServerCredentials {
        chain = List.copyOf(chain);
    }

    /** Without an OCSP response. */
    public ServerCredentials(PrivateKey key, List<X509Certificate> chain) {
        this(key, chain, Optional.empty());
    }

    /** Whether the key is one of RSA, which DHE needs. */
    public boolean isRsa() {
        return key instanceof RSAKey;
    }

    /** A new key of the same algorithm and length, which does not belong to the certificate. */
    PrivateKey otherKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(isRsa() ? "RSA" : "EC");
            if (key instanceof RSAKey rsa) {
                generator.initialize(rsa.getModulus().bitLength());
            } else if (key instanceof ECKey elliptic) {
                generator.initialize(elliptic.getParams());
            }
            return generator.generateKeyPair().getPrivate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Expected a key of RSA or ECDSA, of which this Java runtime makes another, got one of "
                            + key.getAlgorithm(),
                    e);
        }
    }

    /** The certificates in DER. */
    List<OctetString> encoded() {
        return chain.stream().map(ServerCredentials::der).toList();
    }

    private static OctetString der(X509Certificate certificate) {
        try {
            return OctetString.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }
}
