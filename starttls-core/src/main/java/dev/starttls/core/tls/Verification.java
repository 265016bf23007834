package dev.starttls.core.tls;

/** How far a client trusts the server's certificate. */
public enum Verification {
    /**
     * The chain leads to a trusted root and nothing is expired, which the trust manager decides; and the certificate is for the
     * name (RFC 7817, RFC 9525), which this library decides after every handshake, see {@link ServerIdentity}.
     */
    FULL,
    /**
     * Nothing is verified: keeps a listener out, not someone in the middle (RFC 7435). But with an {@code SSLContext} or an
     * {@link EngineSource} of the caller's own, its trust manager is asked all the same, and the handshake fails if that refuses
     * the chain; the name is not compared. And pins are, if there are any ({@link TlsSettings.Builder#pins}).
     */
    NONE
}
