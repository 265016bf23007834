package dev.starttls.core.tls;

/** Whether a server asks the client for a certificate (RFC 8446 section 4.3.2). */
public enum ClientCertificate {
    /** It does not ask. */
    NONE,
    /** It asks, and goes on without one; one that its trust manager refuses fails the handshake all the same. */
    WANTED,
    /** It asks, and fails the handshake without one. */
    NEEDED
}
