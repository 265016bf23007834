/**
 * Layer 2: one TLS session without any I/O.
 *
 * <p>{@link dev.starttls.core.tls.TlsPump} moves octets through a {@link javax.net.ssl.SSLEngine}: network octets in,
 * network octets out, application octets in and out, delegated tasks handed to whoever runs them. {@link
 * dev.starttls.core.tls.TlsSettings} says how engines are made. Nothing here knows of channels, upgrade dialogues or
 * time; only layer 1 may be imported.
 */
package dev.starttls.core.tls;
