/**
 * The survey of many servers: one connection and one handshake each, all on one thread, and no checks. What was agreed on, and
 * what the certificate is worth.
 */
package dev.starttls.conformance.survey;
