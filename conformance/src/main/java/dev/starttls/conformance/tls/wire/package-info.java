/**
 * TLS as octets: ClientHellos built by hand, cut into records and segments as one likes, and a reader of what a server
 * answers in the clear. No engine, no cryptography beyond key shares, no policy: what an answer means is decided by the
 * checks, not here.
 */
package dev.starttls.conformance.tls.wire;
