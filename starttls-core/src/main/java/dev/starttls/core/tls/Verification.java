package dev.starttls.core.tls;

/** How far a client trusts the server's certificate. */
public enum Verification {
    /** The chain leads to a trusted root, nothing is expired, and the name is in it (RFC 7817, RFC 9525 section 6). */
    FULL,
    /**
     * The certificate is not looked at. Keeps a listener out, not someone in the middle (RFC 7435). With an {@code
     * SSLContext} of the caller's own, that context's trust manager still decides; only the name is not compared.
     */
    NONE
}
