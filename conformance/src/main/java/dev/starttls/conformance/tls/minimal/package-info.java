/**
 * The suite's own TLS 1.3 (RFC 8446) and TLS 1.2 (RFC 5246) in the client's role: just enough for a session in which the
 * checks choose every record, of any length, empty, padded, or corrupted. It does not verify the identity of the server,
 * so it is only for checks. The key derivation, the record protection and the signatures are those of the server's role
 * too.
 */
package dev.starttls.conformance.tls.minimal;
