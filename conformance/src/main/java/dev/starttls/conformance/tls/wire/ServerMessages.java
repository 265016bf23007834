package dev.starttls.conformance.tls.wire;

import java.util.List;

/** Messages of a TLS 1.3 server that are only seen decrypted. */
public final class ServerMessages {

    private static final int LIFETIME_AND_AGE = 8;

    private ServerMessages() {}

    /** The extensions in the body of an EncryptedExtensions (RFC 8446 section 4.3.1). */
    public static List<Extension> encryptedExtensions(Octets body) throws MalformedException {
        OctetReader in = new OctetReader("EncryptedExtensions", body);
        List<Extension> extensions = ClientHello.extensions(in);
        in.end();
        return List.copyOf(extensions);
    }

    /** The extensions in the body of a NewSessionTicket (RFC 8446 section 4.6.1). */
    public static List<Extension> ticketExtensions(Octets body) throws MalformedException {
        OctetReader in = new OctetReader("NewSessionTicket", body);
        in.take(LIFETIME_AND_AGE, "lifetime");
        in.vector8("nonce");
        in.vector16("ticket");
        List<Extension> extensions = ClientHello.extensions(in);
        in.end();
        return List.copyOf(extensions);
    }
}
