package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The client's answer to a CertificateRequest: its chain, and a signature that proves the possession of the key (RFC
 * 8446 section 4.4.2 and 4.4.3, RFC 5246 section 7.4.6 and 7.4.8).
 */
public final class ClientAuthentication {

    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final OctetString NO_CONTEXT = OctetString.hex("00");

    private final List<X509Certificate> chain;
    private final SigningKey key;

    /**
     * With this certificate.
     *
     * @param chain the client's own certificate first
     * @param key its private key, of RSA, RSASSA-PSS, ECDSA or EdDSA
     */
    public ClientAuthentication(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = new SigningKey(key);
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
        return verify(key.tls13Schemes(), accepted, content);
    }

    /** The CertificateVerify of TLS 1.2, over all messages before it. */
    OctetString tls12Verify(List<Integer> accepted, OctetString messages) throws MalformedException {
        return verify(key.tls12Schemes(), accepted, messages);
    }

    private OctetString verify(List<SignatureScheme> possible, List<Integer> accepted, OctetString content)
            throws MalformedException {
        Optional<SignatureScheme> scheme =
                possible.stream().filter(one -> accepted.contains(one.code())).findFirst();
        if (scheme.isEmpty()) {
            throw new MalformedException("the server accepts no signature of a key of "
                    + key.algorithm() + ", but only "
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
            return key.sign(scheme, content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key of --client-key cannot sign with " + scheme.label(), e);
        }
    }

    private static OctetString message(int type, OctetString body) {
        return new OctetWriter().u8(type).vector24(body).octets();
    }
}
