/**
 * SMTP with STARTTLS, both sides (RFC 5321, RFC 3207, RFC 8314): replies, capabilities and commands as values, and the two
 * dialogues that {@link dev.starttls.core.upgrade.UpgradeConnection} carries out.
 *
 * <p>What lives here knows the words of SMTP. It knows nothing of TLS, channels, threads or time; nothing of the channel
 * layer may be imported but by the entry classes.
 */
package dev.starttls.smtp;
