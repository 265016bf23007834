package dev.starttls.conformance.tls.wire;

import java.util.List;

/** Parses the messages of a server that are needed to complete a handshake. */
public final class ServerMessages {

    private static final int LIFETIME = 4;
    private static final int NAMED_CURVE = 3;

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

    /** The public key in a key_share extension of a ServerHello (RFC 8446 section 4.2.8). */
    public static KeyShare keyShare(OctetString extension) throws MalformedException {
        OctetReader in = new OctetReader("key_share", extension);
        KeyShare share = new KeyShare(in.u16("group"), in.vector16("key exchange"));
        in.end();
        return share;
    }
}
