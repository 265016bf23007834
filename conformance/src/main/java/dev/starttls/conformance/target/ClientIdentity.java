package dev.starttls.conformance.target;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The certificate with which the suite answers a server that asks for one (RFC 8446 section 4.3.2), and its key.
 *
 * @param chain the suite's own certificate first, then those of the issuers
 */
public record ClientIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    public ClientIdentity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads PEM files.
     *
     * @param chain one or more certificates
     * @param key in PKCS #8, not encrypted
     * @throws IOException if one of them cannot be read; the message says why and names the file
     */
    public static ClientIdentity pem(Path chain, Path key) throws IOException {
        return new ClientIdentity(TrustedRoots.in(chain), key(key));
    }

    private static PrivateKey key(Path file) throws IOException {
        String text = new String(SmallFile.octets(file), StandardCharsets.ISO_8859_1);
        Matcher found = PKCS8.matcher(text);
        if (!found.find()) {
            throw new IOException(file + ": expected -----BEGIN PRIVATE KEY-----; openssl pkcs8 -topk8 -nocrypt -in "
                    + file + " converts other private keys");
        }
        PKCS8EncodedKeySpec encoded;
        try {
            encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": expected Base64, got " + e.getMessage(), e);
        }
        GeneralSecurityException failure = new GeneralSecurityException("no algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (GeneralSecurityException e) {
                // A key of another algorithm: the next one is tried.
                failure = e;
            }
        }
        throw new IOException(
                file + ": expected a private key of one of " + ALGORITHMS + ", got something else", failure);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ClientIdentity[" + chain.get(0).getSubjectX500Principal() + "]";
    }
}
