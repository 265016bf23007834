/**
 * The suite's own speaker: blocking sockets, raw bytes, TLS by an engine, and a transcript of all of it. It can
 * misbehave on purpose, so it shares nothing with the well-behaved client of the library. After the connection stands
 * nothing here throws for what a peer does: whatever happens comes back as a value to be judged.
 */
package dev.starttls.conformance.speak;
