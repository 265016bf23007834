/**
 * Servers that others have made, started for a measurement: on loopback, or in a network namespace behind a link that delays
 * each packet. Whatever is started here ends with the command, however that ends.
 */
package dev.starttls.benchmarks.outside;
