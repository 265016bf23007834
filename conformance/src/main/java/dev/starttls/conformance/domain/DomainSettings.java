package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsResolver;
import dev.starttls.smtp.policy.PolicyFetcher;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How domains are judged.
 *
 * @param resolver asked for everything
 * @param unvalidated why no answer of it can be secure; empty if one can
 * @param fetcher of MTA-STS policies
 * @param port of the servers that take mail, 25 but in laboratories
 * @param addresses what is done about private ones
 * @param ipv6 why this machine cannot use IPv6; empty if it can
 * @param roots that certificates have to lead to
 * @param clock what the dates of certificates are compared with
 */
public record DomainSettings(
        DnsResolver resolver,
        Optional<String> unvalidated,
        PolicyFetcher fetcher,
        int port,
        PrivateAddresses addresses,
        Optional<String> ipv6,
        List<X509Certificate> roots,
        InstantSource clock) {
    /** The port of SMTP between servers. */
    public static final int PORT = 25;

    /** Keeps its own copy. */
    public DomainSettings {
        Objects.requireNonNull(resolver, "resolver: expected a DnsResolver, got null");
        Objects.requireNonNull(fetcher, "fetcher: expected a PolicyFetcher, got null");
        roots = List.copyOf(roots);
    }
}
