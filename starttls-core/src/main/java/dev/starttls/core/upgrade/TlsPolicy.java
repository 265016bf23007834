package dev.starttls.core.upgrade;

/** What is done about TLS on a connection. The default everywhere is {@link #REQUIRED}. */
public enum TlsPolicy {
    /** Never upgrade: the session is in plaintext. */
    DISABLED,
    /**
     * Upgrade if it is offered, verify nothing unless asked to (RFC 7435), and go on in plaintext where it was not offered
     * or was refused before the go-ahead. Someone in the middle can strip the offer. After the go-ahead there is no way
     * back to plaintext on the connection.
     */
    OPPORTUNISTIC,
    /**
     * No TLS, no session: a client fails with a typed {@link UpgradeException} and its listener hears of the block; a
     * server answers commands with a refusal until the upgrade. Chain and name are verified.
     */
    REQUIRED,
    /** TLS from the first octet (RFC 8314 section 3): ports 465, 993, 995. Chain and name are verified. */
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
