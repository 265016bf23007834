/**
 * TLS as octets: ClientHellos with any content, split into records of any size, and a reader of a server's unencrypted
 * answers. It has no engine, no cryptography except key shares, and no policy: the checks decide what an answer means.
 */
package dev.starttls.conformance.tls.wire;
