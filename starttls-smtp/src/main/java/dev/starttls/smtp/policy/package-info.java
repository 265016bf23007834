/**
 * What a domain asks of those who send it mail, before a connection is made: MTA-STS (RFC 8461), DANE (RFC 7672), and the order in
 * which they decide; what each host has to prove; and what is reported afterwards (RFC 8460). Whether a message may leave that
 * requires TLS (RFC 8689) is decided here, too.
 *
 * <p>{@link dev.starttls.smtp.policy.DeliveryPolicy} is the entry. Parsers and decisions are pure: the DNS, HTTPS, the disk and the
 * time come in through {@link dev.starttls.core.dns.DnsResolver}, {@link dev.starttls.smtp.policy.PolicyFetcher}, {@link
 * dev.starttls.smtp.policy.PolicyStore} and {@link java.time.InstantSource}. Only the default fetcher touches the channel layer, and
 * nothing here knows the words of SMTP: {@link dev.starttls.smtp}, which stands on this package, is not imported.
 */
package dev.starttls.smtp.policy;
