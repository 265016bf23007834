/** Runs the checks on a target: several at the same time, each with a time limit, and one for all of them together. */
package dev.starttls.conformance.run;
