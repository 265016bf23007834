/**
 * The suite's own TLS 1.3 (RFC 8446) and TLS 1.2 (RFC 5246) in the server's role: a server that is right, or wrong in
 * exactly one chosen way, so that the reaction of a client can be judged. It serves one connection with blocking
 * streams, and is only for checks of clients.
 */
package dev.starttls.conformance.tls.minimal.server;
