package dev.starttls.conformance.domain;

import dev.starttls.core.discovery.DiscoveredServices;
import dev.starttls.core.dns.DnsAnswer;
import java.util.Optional;

/**
 * What a domain has published by SRV records.
 *
 * @param found the services; empty if it is not known
 * @param failure why it is not known
 * @param detail of the failure, for people
 */
record Services(Optional<DiscoveredServices> found, Optional<DnsAnswer.Failure> failure, String detail) {}
