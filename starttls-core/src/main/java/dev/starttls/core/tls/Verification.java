package dev.starttls.core.tls;

/** How far a client trusts the server's certificate, unless a {@link ServerVerifier} decides. */
public enum Verification {
    /**
     * The chain leads to a trusted root and nothing is expired, which the trust manager decides; and the certificate has the
     * server's name (RFC 7817, RFC 9525), which this library decides after every handshake, see {@link ServerIdentity}.
     */
    FULL,
    /**
     * Nothing is verified: protects against a passive attacker, not against an active one (RFC 7435). But where an {@code
     * SSLContext} or an {@link EngineSource} was set, its trust manager is asked all the same, and the handshake fails if it
     * refuses the chain; the name is not compared. Pins are compared, if there are any ({@link TlsSettings.Builder#pins}).
     */
    NONE
}
