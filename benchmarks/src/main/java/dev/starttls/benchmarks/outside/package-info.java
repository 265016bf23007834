/**
 * Servers of other projects, started for a measurement: on loopback, or in a network namespace at the end of a link
 * that delays each packet. Everything that is started here ends with the command, however that ends.
 */
package dev.starttls.benchmarks.outside;
