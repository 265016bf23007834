package dev.starttls.conformance.tls.wire;

/**
 * A handshake message (RFC 8446 section 4).
 *
 * @param type its number
 * @param body what follows the length
 */
public record HandshakeMessage(int type, OctetString body) {

    /** The message with its header. */
    public OctetString octets() {
        return new OctetWriter().u8(type).vector24(body).octets();
    }
}
