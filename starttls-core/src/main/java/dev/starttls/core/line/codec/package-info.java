/**
 * Layer 1: octets to CRLF-terminated lines and back, for what is said inside TLS as well as before it.
 *
 * <p>What lives here knows nothing of TLS, channels, protocols or time. It is strict (only CRLF ends a line), bounded (a peer
 * cannot make it hold more than the limit that was set) and exact (it takes no octet after the line that it returns). The
 * buffer reads from whatever gives octets; what a channel is, its caller knows. Only
 * {@code line} may be imported.
 */
package dev.starttls.core.line.codec;
