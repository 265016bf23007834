package dev.starttls.conformance.tls.wire;

/**
 * A handshake message (RFC 8446 section 4).
 *
 * @param type its number
 * @param body what follows the length
 */
record HandshakeMessage(int type, Octets body) {}
