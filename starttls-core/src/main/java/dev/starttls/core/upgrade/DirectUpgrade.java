package dev.starttls.core.upgrade;

/**
 * Whether a client sends its upgrade command (STARTTLS, STLS) right after the greeting, without asking for the capabilities
 * first: one round trip less. The capabilities that count are asked for inside TLS in any case. No effect on servers, with
 * implicit TLS, and under {@link TlsPolicy#DISABLED}.
 *
 * <p>A server may refuse the command because it was not asked first (RFC 5321 section 4.1.1.1 has EHLO first; Exim answers 503)
 * or because it has no TLS. Either way the refusal decides nothing: the client asks on the same connection, as always, and
 * what the server answers then is held against the policy, as always: {@link TlsPolicy#REQUIRED} fails where nothing is
 * offered, {@link TlsPolicy#OPPORTUNISTIC} goes on in plaintext. No protection is lost by not
 * reading the offer: an attacker that can remove the offer can also refuse the command.
 */
public enum DirectUpgrade {
    /** It asks first, and upgrades if that is offered. */
    NEVER,
    /**
     * It sends the command unasked on every connection, whatever is remembered; a refusal costs a round trip each time, and
     * a server that closes the connection at it is never upgraded. The only way with a POP3 server that has STLS and no
     * CAPA. What it learns is remembered for clients under {@link #REMEMBERED}.
     */
    ALWAYS,
    /**
     * It does what the host is remembered to take ({@link dev.starttls.core.hosts.HostMemory}), and tries one thing more on
     * each connection to a host that was upgraded before: first the command unasked, then, where the protocol allows it
     * ({@link Dialogue#takesEarlyHello}) or the memory says so, the ClientHello in the segment of the command, which saves
     * another round trip. A host that was never upgraded is asked, so that one which is visited once costs nothing.
     *
     * <p>Each refusal is paid once and remembered. That of the command costs a round trip, unless the server closes the
     * connection or says nothing instead. That, and a ClientHello that is not taken, whether the server refuses, closes, or
     * waits for another one, makes the connection useless: the upgrade fails with {@link FailureReason#DIRECT_NOT_TAKEN}, and
     * what has made the TCP connection makes another. The wait for a server that does
     * not answer the command is half of a phase's time ({@link UpgradeLimits}), so that there is some left; for one that is silent
     * after its go-ahead it is one second, or four times as long as the go-ahead took.
     */
    REMEMBERED
}
