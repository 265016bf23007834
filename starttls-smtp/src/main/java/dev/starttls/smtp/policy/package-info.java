/**
 * What decides, before a message leaves, whether TLS is required of a host and what its certificate must prove: DANE (RFC 7672),
 * beside other policies of domains.
 *
 * <p>Parsers and decisions only, on plain values: what the DNS says comes through {@link dev.starttls.core.dns.DnsResolver}, and
 * what is decided goes into {@link dev.starttls.core.tls.TlsSettings} and a {@link dev.starttls.core.upgrade.TlsPolicy}. Nothing
 * here opens a connection to a mail server.
 */
package dev.starttls.smtp.policy;
