/**
 * Layer 2, not exported: one TLS session without any I/O.
 *
 * <p>{@link dev.starttls.core.engine.TlsPump} moves octets through one {@link javax.net.ssl.SSLEngine}: network octets in,
 * network octets out, application octets in and out, delegated tasks handed out for the caller to run. What engines differ
 * in is known here and nowhere above. How engines are made and what is asked of a peer's certificate is in {@code tls}.
 * Nothing here knows of channels, upgrade dialogues or time; {@code tls} and layer 1 may be imported, and {@code tls} may not
 * import this package.
 */
package dev.starttls.core.engine;
