/**
 * What an upgrade and a record cost without a network: two sides in memory, on one thread. The floor is two engines by
 * hand; no socket and no scheduler blurs what the library adds to it.
 */
package dev.starttls.benchmarks.memory;
