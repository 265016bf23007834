package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The client's answer to a CertificateRequest: its chain, and a signature that proves the possession of the key (RFC
 * 8446 section 4.4.2 and 4.4.3, RFC 5246 section 7.4.6 and 7.4.8).
 */
public final class ClientAuthentication {

    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final OctetString NO_CONTEXT = OctetString.hex("00");

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

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    /**
     * With this certificate.
     *
     * @param chain the client's own certificate first
     * @param key its private key, of RSA, RSASSA-PSS, ECDSA or EdDSA
     */
    public ClientAuthentication(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
    }

    /** The Certificate message of TLS 1.2. */
    OctetString tls12Certificate() {
        OctetWriter list = new OctetWriter();
        chain.forEach(certificate -> list.vector24(der(certificate)));
        return message(CERTIFICATE, new OctetWriter().vector24(list.octets()).octets());
    }

    /** The Certificate message of TLS 1.3, with an empty context as in every handshake. */
    OctetString tls13Certificate() {
        OctetWriter list = new OctetWriter();
        chain.forEach(certificate -> list.vector24(der(certificate)).vector16(OctetString.NONE));
        return message(
                CERTIFICATE,
                NO_CONTEXT.and(new OctetWriter().vector24(list.octets()).octets()));
    }

    private static OctetString der(X509Certificate certificate) {
        try {
            return OctetString.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    /** What comes before a signature of TLS 1.3: the content is bound to its use. */
    static OctetString tls13Content(OctetString transcriptHash) {
        return OctetString.ascii(" ".repeat(64) + "TLS 1.3, client CertificateVerify")
                .and(NO_CONTEXT)
                .and(transcriptHash);
    }

    /** The CertificateVerify of TLS 1.3. */
    OctetString tls13Verify(List<Integer> accepted, OctetString content) throws MalformedException {
        List<SignatureScheme> possible =
                switch (key.getAlgorithm()) {
                    case "RSA" -> PSS;
                    case "EC" -> List.of(ECDSA.get(curve(key)));
                    default -> other(key);
                };
        return verify(possible, accepted, content);
    }

    /** The CertificateVerify of TLS 1.2, over all messages before it. */
    OctetString tls12Verify(List<Integer> accepted, OctetString messages) throws MalformedException {
        List<SignatureScheme> possible =
                switch (key.getAlgorithm()) {
                    case "RSA" -> Stream.concat(PSS.stream(), PKCS1.stream()).toList();
                    case "EC" -> ECDSA;
                    default -> other(key);
                };
        return verify(possible, accepted, messages);
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

    private OctetString verify(List<SignatureScheme> possible, List<Integer> accepted, OctetString content)
            throws MalformedException {
        Optional<SignatureScheme> scheme =
                possible.stream().filter(one -> accepted.contains(one.code())).findFirst();
        if (scheme.isEmpty()) {
            throw new MalformedException("the server accepts no signature of a key of "
                    + key.getAlgorithm() + ", but only "
                    + accepted.stream().map(SignatureScheme::label).toList());
        }
        OctetString body = new OctetWriter()
                .u16(scheme.get().code())
                .vector16(signed(scheme.get(), content))
                .octets();
        return message(CERTIFICATE_VERIFY, body);
    }

    private OctetString signed(SignatureScheme scheme, OctetString content) {
        try {
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
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key of --client-key cannot sign with " + scheme.label(), e);
        }
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

    private static OctetString message(int type, OctetString body) {
        return new OctetWriter().u8(type).vector24(body).octets();
    }
}
