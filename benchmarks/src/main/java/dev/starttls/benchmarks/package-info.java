/** The latency that an upgrade adds, measured. */
package dev.starttls.benchmarks;
