/**
 * Layer 1: what is remembered of hosts from one connection to the next, and where. Two memories are kept apart: {@link
 * dev.starttls.core.hosts.HostMemory} is about speed, may forget anything, and may be wrong; {@link
 * dev.starttls.core.hosts.TlsHistory} is about security, and what it forgets, a downgrade can use.
 *
 * <p>Plain values only: no I/O, no thread, no clock, nothing of the protocols or of TLS, and no import of another package of
 * this library. A history in a file is in {@code dev.starttls.core.hosts.file}.
 */
package dev.starttls.core.hosts;
