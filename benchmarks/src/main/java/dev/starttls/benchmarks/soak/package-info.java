/** Very many upgrades in one process, and whether they leak anything. */
package dev.starttls.benchmarks.soak;
