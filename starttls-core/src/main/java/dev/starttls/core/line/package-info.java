/**
 * Layer 1: octets to CRLF-terminated lines and back.
 *
 * <p>What lives here knows nothing of TLS, channels, protocols or time. It is strict (only CRLF ends a line), bounded
 * (a peer cannot make it hold more than the limit it was given) and exact (it never takes an octet behind the line it
 * gives out). Nothing of the layers above may be imported.
 */
package dev.starttls.core.line;
