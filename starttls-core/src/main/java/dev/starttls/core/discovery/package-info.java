/**
 * Layer 4: where a domain offers submission and mailboxes, by its SRV records (RFC 6186, RFC 8314 section 5.1). Questions and decisions
 * only: no I/O of its own, no thread, no clock; a {@link dev.starttls.core.dns.DnsResolver} asks.
 */
package dev.starttls.core.discovery;
