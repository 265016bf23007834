/** Very many upgrades in one process, and whether anything of them is left. */
package dev.starttls.benchmarks.soak;
