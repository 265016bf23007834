/**
 * POP3 with STLS, both sides (RFC 1939, RFC 2449, RFC 2595, RFC 8314): replies, capabilities and commands as values, and
 * the two dialogues that {@link dev.starttls.core.upgrade.UpgradeConnection} carries out.
 *
 * <p>What lives here knows the words of POP3. It knows nothing of TLS, channels, threads or time; nothing of the channel
 * layer may be imported but by the entry classes.
 */
package dev.starttls.pop3;
