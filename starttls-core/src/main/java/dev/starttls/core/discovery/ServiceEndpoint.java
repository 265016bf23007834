package dev.starttls.core.discovery;

import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where a service of a domain is offered.
 *
 * <pre>{@code
 * if (endpoint.trust() != TargetTrust.UNCONFIRMED || askUser(endpoint.host())) {
 *     ImapClient.to(endpoint.confirmed()).connect();
 * }
 * }</pre>
 *
 * @param service that is offered
 * @param domain whose service it is, in ASCII and lower case
 * @param host that offers it, in ASCII and lower case
 * @param port 1 to 65535
 * @param trust why it is believed that the domain has named the host
 */
public record ServiceEndpoint(MailService service, String domain, String host, int port, TargetTrust trust) {

    /** Checks the bounds. */
    public ServiceEndpoint {
        Objects.requireNonNull(service, "service: expected a MailService, got null");
        Objects.requireNonNull(domain, "domain: expected a domain, got null");
        Objects.requireNonNull(host, "host: expected a host name, got null");
        Objects.requireNonNull(trust, "trust: expected a TargetTrust, got null; UNCONFIRMED is for none");
        if (domain.isEmpty() || host.isEmpty()) {
            throw new IllegalArgumentException(
                    "domain, host: expected names, got \"" + domain + "\" and \"" + host + "\"");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: expected 1 to 65535, got " + port);
        }
    }

    /**
     * How a client speaks TLS.
     *
     * @return {@link TlsPolicy#IMPLICIT} or {@link TlsPolicy#REQUIRED}, both with the certificate verified
     */
    public TlsPolicy policy() {
        return service.policy();
    }

    /**
     * The names of which the server's certificate may have one (RFC 7817 section 3): the host, if the domain is believed to have named
     * it, and the domain. Clients of this library accept any of them, and send the host as SNI.
     *
     * @return the host and the domain; the domain alone for a host that is {@link TargetTrust#UNCONFIRMED}
     */
    public List<String> names() {
        return trust == TargetTrust.UNCONFIRMED
                ? List.of(domain)
                : Stream.of(host, domain).distinct().toList();
    }

    /**
     * The same by the user's word: that the domain's mail is with this host. To be asked for once, and kept with the account.
     *
     * @return {@link TargetTrust#CONFIRMED} if it was {@link TargetTrust#UNCONFIRMED}, else this
     */
    public ServiceEndpoint confirmed() {
        return trust == TargetTrust.UNCONFIRMED
                ? new ServiceEndpoint(service, domain, host, port, TargetTrust.CONFIRMED)
                : this;
    }
}
