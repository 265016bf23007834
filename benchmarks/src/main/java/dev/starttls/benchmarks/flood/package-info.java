/** How long others wait while hostile peers keep a loop busy, which is a matter of fairness and not of speed. */
package dev.starttls.benchmarks.flood;
