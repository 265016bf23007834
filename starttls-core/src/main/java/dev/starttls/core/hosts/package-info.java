/**
 * Layer 1: what is remembered of hosts from one connection to the next, and where. Nothing but plain values: no I/O, no
 * thread, no clock, and nothing of the protocols or of TLS; it imports no other package.
 */
package dev.starttls.core.hosts;
