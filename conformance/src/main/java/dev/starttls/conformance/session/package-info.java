/**
 * What the sessions of all protocols have in common: the stages on the way into TLS, the answers to commands, and the
 * session before the checks. It knows no protocol; each protocol has its own {@link ProtocolSession}.
 */
package dev.starttls.conformance.session;
