package dev.starttls.conformance.tls.wire;

/** Parses the messages of a client that are needed to complete a handshake. */
public final class ClientMessages {

    private ClientMessages() {}

    /** The client's point in a ClientKeyExchange of ECDHE (RFC 8422 section 5.7). */
    public static OctetString ecdhePoint(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("ClientKeyExchange", body);
        OctetString point = in.vector8("point");
        in.end();
        return point;
    }

    /** The client's public value in a ClientKeyExchange of DHE (RFC 5246 section 7.4.7.2). */
    public static OctetString dhePublicKey(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("ClientKeyExchange", body);
        OctetString key = in.vector16("public key");
        in.end();
        return key;
    }
}
