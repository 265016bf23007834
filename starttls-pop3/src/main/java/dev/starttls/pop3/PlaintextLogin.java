package dev.starttls.pop3;

/**
 * What a server under {@link dev.starttls.core.upgrade.TlsPolicy#OPPORTUNISTIC} does with a client that wants to log in
 * before TLS. Under REQUIRED it is refused whatever is said here, and under DISABLED, where no TLS can be awaited, it is
 * taken.
 */
public enum PlaintextLogin {
    /** USER, PASS, APOP and AUTH are answered -ERR, and neither USER nor SASL is announced (RFC 2595 section 2.3). */
    REFUSED,
    /** They are the handler's, in the clear: an eavesdropper can log in from then on. */
    ALLOWED
}
