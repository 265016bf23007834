/**
 * Layer 1, not exported: octets to CRLF-terminated lines and back.
 *
 * <p>What lives here knows nothing of TLS, channels, protocols or time. It is strict (only CRLF ends a line), bounded (a peer
 * cannot make it hold more than the limit that was set) and exact (it takes no octet after the line that it returns). Only
 * {@code line} may be imported.
 */
package dev.starttls.core.line.codec;
