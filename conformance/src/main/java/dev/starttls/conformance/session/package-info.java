/**
 * What the sessions of all protocols have in common: the stages on the way into TLS, the answers to commands, and the
 * session before the checks. Knows no protocol; each brings its {@link ProtocolSession}.
 */
package dev.starttls.conformance.session;
