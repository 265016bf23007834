/** Runs checks against a target: side by side, each bounded in time, all of them bounded together. */
package dev.starttls.conformance.run;
