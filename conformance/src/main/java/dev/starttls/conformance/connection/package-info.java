/**
 * The suite's own connections: blocking sockets, raw bytes, TLS by an engine, and a transcript of everything. They can
 * misbehave on purpose, so they share nothing with the well-behaved client of the library. Once a connection is made,
 * nothing here throws for what a peer does: whatever happens is returned as a value to be judged.
 */
package dev.starttls.conformance.connection;
