/**
 * The suite's own TLS 1.3 (RFC 8446) and TLS 1.2 (RFC 5246), client side: just enough for a session in which the checks
 * choose every record, of any length, empty, padded, or corrupted. It does not verify the identity of the server, so it
 * is only for checks.
 */
package dev.starttls.conformance.tls.minimal;
