/** How long other clients wait while hostile peers keep a loop busy: a measurement of fairness, not of speed. */
package dev.starttls.benchmarks.flood;
