/**
 * The checks of the TLS layer. They stand on hand-built octets where the runtime no longer speaks what is to be asked,
 * and on an engine whose records they reshape where a whole session is needed.
 */
package dev.starttls.conformance.tls;
