/**
 * Layer 1: what is remembered of hosts from one connection to the next, and where. Plain values only: no I/O, no thread, no
 * clock, nothing of the protocols or of TLS, and no import of another package of this library.
 */
package dev.starttls.core.hosts;
