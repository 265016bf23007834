/**
 * Manual TLS 1.3 (RFC 8446) and TLS 1.2 (RFC 5246), client side: just enough to hold a session whose every record can be
 * chosen, of any length, empty, padded, or spoilt. It does not look at who the server is, so it is good for probing and for
 * nothing else.
 */
package dev.starttls.conformance.tls.manual;
