/**
 * The cost of an upgrade and of a record without a network: two sides in memory, on one thread. The floor is two
 * engines without a library; no socket and no scheduler affects what the library adds to it.
 */
package dev.starttls.benchmarks.memory;
