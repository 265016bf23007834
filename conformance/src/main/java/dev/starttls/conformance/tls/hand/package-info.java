/**
 * TLS 1.3 by hand (RFC 8446), client side, just enough to hold a session of which every record is one's own: of any
 * length, empty, padded, or spoilt. It does not look at who the server is, so it is good for probing and for nothing else.
 */
package dev.starttls.conformance.tls.hand;
