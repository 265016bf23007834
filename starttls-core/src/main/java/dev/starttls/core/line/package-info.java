/**
 * Layer 1: what a protocol's lines are made of, for dialogues of this library and of others: the rules of ASCII, what was
 * wrong with a line that a peer sent, and where octets go that are not held.
 *
 * <p>The codec that splits octets into lines is in {@code line.codec}: a dialogue is given lines.
 * Nothing of TLS, channels or time, and no import of another package of this library.
 */
package dev.starttls.core.line;
