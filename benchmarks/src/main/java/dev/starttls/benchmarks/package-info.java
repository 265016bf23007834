/** Measures the cost of an upgrade. */
package dev.starttls.benchmarks;
