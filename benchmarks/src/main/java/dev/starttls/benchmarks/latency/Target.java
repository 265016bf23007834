package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.TlsPolicy;

/**
 * Where a session is to begin, and how.
 *
 * @param host by the name or the address that its certificate has
 * @param port of that host
 * @param protocol spoken there
 * @param policy REQUIRED to upgrade, IMPLICIT for TLS from the first octet, DISABLED for none
 */
public record Target(String host, int port, Protocol protocol, TlsPolicy policy) {

    /** SMTP with STARTTLS on this machine. */
    static Target smtp(int port) {
        return new Target("localhost", port, Protocol.SMTP, TlsPolicy.REQUIRED);
    }

    Script script() {
        return Script.of(protocol, policy);
    }

    boolean implicit() {
        return policy == TlsPolicy.IMPLICIT;
    }
}
