package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;

/** A private key of RSA, RSASSA-PSS, ECDSA or EdDSA, and what it signs with in either version of TLS. */
public final class SigningKey {

    private static final List<SignatureScheme> PSS = List.of(
            SignatureScheme.RSA_PSS_RSAE_SHA256,
            SignatureScheme.RSA_PSS_RSAE_SHA384,
            SignatureScheme.RSA_PSS_RSAE_SHA512);
    private static final List<SignatureScheme> PSS_ONLY = List.of(
            SignatureScheme.RSA_PSS_PSS_SHA256, SignatureScheme.RSA_PSS_PSS_SHA384, SignatureScheme.RSA_PSS_PSS_SHA512);
    private static final List<SignatureScheme> PKCS1 = List.of(
            SignatureScheme.RSA_PKCS1_SHA256, SignatureScheme.RSA_PKCS1_SHA384, SignatureScheme.RSA_PKCS1_SHA512);
    private static final List<SignatureScheme> ECDSA = List.of(
            SignatureScheme.ECDSA_SECP256R1_SHA256,
            SignatureScheme.ECDSA_SECP384R1_SHA384,
            SignatureScheme.ECDSA_SECP521R1_SHA512);

    private final PrivateKey key;

    public SigningKey(PrivateKey key) {
        this.key = key;
    }

    /** The name of the key's algorithm. */
    public String algorithm() {
        return key.getAlgorithm();
    }

    /** What it can sign with in TLS 1.3, the preferred scheme first (RFC 8446 section 4.2.3). */
    public List<SignatureScheme> tls13Schemes() {
        return switch (key.getAlgorithm()) {
            case "RSA" -> PSS;
            case "EC" -> List.of(ECDSA.get(curve(key)));
            default -> other(key);
        };
    }

    /** What it can sign with in TLS 1.2, the preferred scheme first. */
    public List<SignatureScheme> tls12Schemes() {
        return switch (key.getAlgorithm()) {
            case "RSA" -> Stream.concat(PSS.stream(), PKCS1.stream()).toList();
            case "EC" -> ECDSA;
            default -> other(key);
        };
    }

    private static List<SignatureScheme> other(PrivateKey key) {
        if (key instanceof EdECKey edwards) {
            return List.of(
                    edwards.getParams().getName().equals(NamedParameterSpec.ED448.getName())
                            ? SignatureScheme.ED448
                            : SignatureScheme.ED25519);
        }
        return PSS_ONLY;
    }

    private static int curve(PrivateKey key) {
        int bits = key instanceof ECKey ec ? ec.getParams().getOrder().bitLength() : 0;
        return bits > 384 ? 2 : bits > 256 ? 1 : 0;
    }

    /** A signature of the content. */
    public OctetString sign(SignatureScheme scheme, OctetString content) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm(scheme));
        if (PSS.contains(scheme) || PSS_ONLY.contains(scheme)) {
            int bits = bits(scheme);
            String digest = "SHA-" + bits;
            signature.setParameter(
                    new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), bits / Byte.SIZE, 1));
        }
        signature.initSign(key);
        signature.update(content.array());
        return OctetString.of(signature.sign());
    }

    /**
     * A signature as in TLS 1.1 and earlier: ECDSA of SHA-1 (RFC 4492 section 5.4), RSA of MD5 and SHA-1 without the name
     * of the digest (RFC 4346 section 7.4.3).
     */
    public OctetString signBeforeTls12(OctetString content) throws GeneralSecurityException {
        if (key.getAlgorithm().equals("EC")) {
            Signature signature = Signature.getInstance("SHA1withECDSA");
            signature.initSign(key);
            signature.update(content.array());
            return OctetString.of(signature.sign());
        }
        OctetString digests = OctetString.of(MessageDigest.getInstance("MD5").digest(content.array()))
                .and(OctetString.of(MessageDigest.getInstance("SHA-1").digest(content.array())));
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return OctetString.of(cipher.doFinal(digests.array()));
    }

    private static String algorithm(SignatureScheme scheme) {
        if (ECDSA.contains(scheme)) {
            return "SHA" + bits(scheme) + "withECDSA";
        }
        if (PKCS1.contains(scheme)) {
            return "SHA" + bits(scheme) + "withRSA";
        }
        return PSS.contains(scheme) || PSS_ONLY.contains(scheme) ? "RSASSA-PSS" : "EdDSA";
    }

    private static int bits(SignatureScheme scheme) {
        return Integer.parseInt(scheme.name().substring(scheme.name().lastIndexOf("SHA") + "SHA".length()));
    }
}
