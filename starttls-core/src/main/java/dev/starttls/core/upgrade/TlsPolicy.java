package dev.starttls.core.upgrade;

/**
 * What is done about TLS on a connection. The default is {@link #REQUIRED}; that of a client on port 465, 993 or 995, where the port
 * is its protocol's, is {@link #IMPLICIT}.
 */
public enum TlsPolicy {
    /** Never upgrade: the session is in plaintext. */
    DISABLED,
    /**
     * Upgrade if it is offered, and go on in plaintext where it was not offered or was refused before the go-ahead. Someone
     * in the middle can strip the offer, unless TLS was used with the server before and {@link DowngradeDetection} blocks that.
     * Nothing is verified unless asked for (RFC 7435), so that a wrong certificate is
     * accepted: {@link dev.starttls.core.tls.Verification#FULL} asks for all of it, {@link
     * dev.starttls.core.tls.TlsSettings.Builder#pins} for a key; and with the caller's own context its trust manager verifies
     * the chain, while the name is not compared. Whatever fails after the go-ahead, the handshake or what was
     * asked for, is an {@link UpgradeException}: there is no way back to plaintext on the connection.
     */
    OPPORTUNISTIC,
    /**
     * No TLS, no session: a client fails with an {@link UpgradeException} and its listener is called ({@link UpgradeListener#blocked}); a
     * server answers commands with a refusal until the upgrade. Chain and name are verified, unless {@link
     * dev.starttls.core.tls.Verification#NONE} is set.
     */
    REQUIRED,
    /** TLS from the first octet (RFC 8314 section 3): ports 465, 993, 995. Verified as {@link #REQUIRED}. */
    IMPLICIT;

    /**
     * Whether a session may only go on inside TLS.
     *
     * @return true for {@link #REQUIRED} and {@link #IMPLICIT}
     */
    public boolean enforced() {
        return this == REQUIRED || this == IMPLICIT;
    }
}
