/**
 * Layer 1: what policies ask of the DNS, and the interface through which they ask. A resolver itself is outside this library:
 * {@link dev.starttls.core.dns.DnsResolver} is implemented with one, and {@link dev.starttls.core.dns.DnsAnswer} says what
 * came, and whether it can be relied on (RFC 4035).
 *
 * <p>Plain values only: no I/O, no thread, no clock, nothing of the protocols or of TLS, and no import of another package of
 * this library.
 */
package dev.starttls.core.dns;
