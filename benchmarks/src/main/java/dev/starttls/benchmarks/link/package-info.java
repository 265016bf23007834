/**
 * Connections inside TLS over loopback sockets, of this library, its peers and the floor, and what is measured of them:
 * bulk data and the heap of idle connections.
 */
package dev.starttls.benchmarks.link;
