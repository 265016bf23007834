/**
 * Layer 1: what a protocol's lines are made of, for dialogues of this library and of others: the rules of ASCII, and what was
 * wrong with a line that a peer sent.
 *
 * <p>The codec that splits octets into lines is in {@code line.codec}, which is not exported: a dialogue is given lines.
 * Nothing of TLS, channels or time, and no import of another package of this library.
 */
package dev.starttls.core.line;
