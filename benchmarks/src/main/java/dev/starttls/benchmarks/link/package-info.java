/**
 * What is inside TLS over loopback sockets: the links of this library, its peers and the floor, and what is measured of
 * them: bulk data, the upgrades that a server does, the heap of idle connections.
 */
package dev.starttls.benchmarks.link;
