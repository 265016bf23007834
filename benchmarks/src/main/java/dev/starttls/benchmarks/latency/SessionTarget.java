package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.TlsPolicy;

/**
 * The server of a session, and how the session starts.
 *
 * @param host the name or the address in its certificate
 * @param port of that host
 * @param protocol spoken there
 * @param policy REQUIRED to upgrade, IMPLICIT for TLS from the first octet, DISABLED for none
 */
public record SessionTarget(String host, int port, MailProtocol protocol, TlsPolicy policy) {

    /** SMTP with STARTTLS on this machine. */
    static SessionTarget smtp(int port) {
        return new SessionTarget("localhost", port, MailProtocol.SMTP, TlsPolicy.REQUIRED);
    }

    Script script() {
        return Script.of(protocol, policy);
    }

    boolean implicit() {
        return policy == TlsPolicy.IMPLICIT;
    }
}
