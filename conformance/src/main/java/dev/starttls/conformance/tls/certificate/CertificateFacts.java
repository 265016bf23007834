package dev.starttls.conformance.tls.certificate;

import dev.starttls.core.tls.PresentedIdentifier;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The facts of one certificate that a report shows.
 *
 * @param subject the distinguished name
 * @param issuer the distinguished name
 * @param names the names and addresses of servers, in the order of the certificate
 * @param notBefore from when it is valid
 * @param notAfter until when it is valid
 * @param keyAlgorithm as in {@code RSA}, {@code EC} or {@code EdDSA}
 * @param keyBits the size of the key in bits; 0 if the algorithm has only one size
 * @param signature the algorithm of the issuer's signature, with the digest
 */
public record CertificateFacts(
        String subject,
        String issuer,
        List<String> names,
        Instant notBefore,
        Instant notAfter,
        String keyAlgorithm,
        int keyBits,
        String signature) {

    /** By object identifier, which is all that the Java runtime returns. */
    private static final Map<String, String> CURVES = Map.of(
            "1.2.840.10045.3.1.1", "secp192r1",
            "1.3.132.0.33", "secp224r1",
            "1.3.132.0.10", "secp256k1",
            "1.2.840.10045.3.1.7", "secp256r1",
            "1.3.132.0.34", "secp384r1",
            "1.3.132.0.35", "secp521r1");

    public CertificateFacts {
        names = List.copyOf(names);
    }

    /** The facts of a certificate. */
    public static CertificateFacts of(X509Certificate certificate) {
        return new CertificateFacts(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                PresentedIdentifier.of(certificate).stream()
                        .map(PresentedIdentifier::value)
                        .toList(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                certificate.getPublicKey().getAlgorithm(),
                bits(certificate.getPublicKey()),
                signature(certificate));
    }

    /** The key as a report shows it: {@code RSA 2048}, {@code EC 256}, {@code EdDSA}. */
    public String key() {
        return keyAlgorithm + (keyBits > 0 ? " " + keyBits : "");
    }

    /** The registered name of a key's curve, or its object identifier; empty for keys without one. */
    public static Optional<String> curve(PublicKey key) {
        if (!(key instanceof ECPublicKey ec)) {
            return key instanceof EdECPublicKey edwards
                    ? Optional.of(edwards.getParams().getName())
                    : Optional.empty();
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(ec.getParams());
            String identifier =
                    parameters.getParameterSpec(ECGenParameterSpec.class).getName();
            return Optional.of(CURVES.getOrDefault(identifier, identifier));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static int bits(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength();
        }
        if (key instanceof ECPublicKey ec) {
            ECParameterSpec curve = ec.getParams();
            BigInteger order = curve.getOrder();
            return order.bitLength();
        }
        if (key instanceof DSAKey dsa && dsa.getParams() != null) {
            return dsa.getParams().getP().bitLength();
        }
        return 0;
    }

    /** The signature's algorithm; for RSASSA-PSS with the digest, which its name does not contain. */
    static String signature(X509Certificate certificate) {
        String name = certificate.getSigAlgName();
        if (!name.toUpperCase(Locale.ROOT).contains("PSS")) {
            return name;
        }
        byte[] encoded = certificate.getSigAlgParams();
        if (encoded == null) {
            return name + " with SHA-1";
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded);
            return name + " with "
                    + parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (GeneralSecurityException | IOException e) {
            return name;
        }
    }
}
