/**
 * What the tests of several packages and modules share. Connections in memory, without sockets, threads and clock: an
 * {@link dev.starttls.core.testing.Endpoint} drives one, a {@link dev.starttls.core.testing.MemoryLink} joins a client and a
 * server, a {@link dev.starttls.core.testing.Fragmentation} splits their octets, and a
 * {@link dev.starttls.core.testing.RawPeer} is a peer that the test plays. The contracts hold for every protocol. Nothing here
 * is about one protocol, except that servers which we did not write speak theirs.
 */
package dev.starttls.core.testing;
