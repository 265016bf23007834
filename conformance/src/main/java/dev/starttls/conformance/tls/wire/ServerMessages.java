package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses the messages of a server that are needed to complete a handshake. */
public final class ServerMessages {

    private static final int LIFETIME = 4;
    private static final int NAMED_CURVE = 3;
    private static final int OCSP = 1;

    private ServerMessages() {}

    /** The extensions in the body of an EncryptedExtensions (RFC 8446 section 4.3.1). */
    public static List<Extension> encryptedExtensions(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("EncryptedExtensions", body);
        List<Extension> extensions = ClientHello.extensions(in);
        in.end();
        return List.copyOf(extensions);
    }

    /** The body of a NewSessionTicket of TLS 1.3 (RFC 8446 section 4.6.1). */
    public static SessionTicket sessionTicket(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("NewSessionTicket", body);
        in.take(LIFETIME, "lifetime");
        long ageAdd = (long) in.u16("age add") << 16 | in.u16("age add");
        OctetString nonce = in.vector8("nonce");
        OctetString ticket = in.vector16("ticket");
        List<Extension> extensions = ClientHello.extensions(in);
        in.end();
        return new SessionTicket(ageAdd, nonce, ticket, extensions);
    }

    /** The ticket in the body of a NewSessionTicket of TLS 1.2 (RFC 5077 section 3.3); it may be empty. */
    public static OctetString olderTicket(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("NewSessionTicket", body);
        in.take(LIFETIME, "lifetime");
        OctetString ticket = in.vector16("ticket");
        in.end();
        return ticket;
    }

    /** The public key in the body of a ServerKeyExchange of ECDHE (RFC 8422 section 5.4). */
    public static KeyShare ecdheShare(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("ServerKeyExchange", body);
        if (in.u8("curve type") != NAMED_CURVE) {
            throw new MalformedException("a ServerKeyExchange with a named curve expected");
        }
        return new KeyShare(in.u16("named curve"), in.vector8("public key"));
    }

    /** The OCSP response in the body of a CertificateStatus (RFC 6066 section 8); empty if it is of another type. */
    public static Optional<OctetString> stapled(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("CertificateStatus", body);
        if (in.u8("status type") != OCSP) {
            return Optional.empty();
        }
        OctetString response = in.vector24("response");
        in.end();
        return Optional.of(response);
    }

    /**
     * The chain in the body of a Certificate of TLS 1.3 (RFC 8446 section 4.4.2), the server's own certificate first,
     * each with its extensions.
     */
    public static List<CertificateEntry> certificates(OctetString body) throws MalformedException {
        OctetReader outer = new OctetReader("Certificate", body);
        outer.vector8("context");
        OctetReader list = new OctetReader("certificate list", outer.vector24("list"));
        outer.end();
        List<CertificateEntry> entries = new ArrayList<>();
        while (list.remaining() > 0) {
            OctetString certificate = list.vector24("certificate");
            Optional<OctetString> stapled = Optional.empty();
            for (Extension extension : ClientHello.extensions(list)) {
                if (extension.type() == Extension.STATUS_REQUEST) {
                    stapled = stapled(extension.data());
                }
            }
            entries.add(new CertificateEntry(certificate, stapled));
        }
        return List.copyOf(entries);
    }

    /** The signature schemes that a CertificateRequest of TLS 1.3 accepts (RFC 8446 section 4.3.2), by number. */
    public static List<Integer> tls13SignatureSchemes(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("CertificateRequest", body);
        in.vector8("context");
        for (Extension extension : ClientHello.extensions(in)) {
            if (extension.type() == Extension.SIGNATURE_ALGORITHMS) {
                return numbers(new OctetReader("signature_algorithms", extension.data()).vector16("schemes"));
            }
        }
        throw new MalformedException("a CertificateRequest without signature_algorithms");
    }

    /** The signature schemes that a CertificateRequest of TLS 1.2 accepts (RFC 5246 section 7.4.4), by number. */
    public static List<Integer> tls12SignatureSchemes(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("CertificateRequest", body);
        in.vector8("certificate types");
        return numbers(in.vector16("schemes"));
    }

    private static List<Integer> numbers(OctetString octets) throws MalformedException {
        List<Integer> numbers = new ArrayList<>();
        OctetReader in = new OctetReader("signature schemes", octets);
        while (in.remaining() > 0) {
            numbers.add(in.u16("scheme"));
        }
        return numbers;
    }

    /** The number of the signature scheme in the body of a CertificateVerify (RFC 8446 section 4.4.3). */
    public static int signatureScheme(OctetString body) throws MalformedException {
        return new OctetReader("CertificateVerify", body).u16("signature scheme");
    }

    /** The public key in a key_share extension of a ServerHello (RFC 8446 section 4.2.8). */
    public static KeyShare keyShare(OctetString extension) throws MalformedException {
        OctetReader in = new OctetReader("key_share", extension);
        KeyShare share = new KeyShare(in.u16("group"), in.vector16("key exchange"));
        in.end();
        return share;
    }

    /** The group that a HelloRetryRequest asks for (RFC 8446 section 4.2.8). */
    public static int retryGroup(ServerHello retry) throws MalformedException {
        OctetReader in = new OctetReader(
                "key_share",
                retry.extension(Extension.KEY_SHARE).map(Extension::data).orElse(OctetString.NONE));
        int group = in.u16("group");
        in.end();
        return group;
    }
}
