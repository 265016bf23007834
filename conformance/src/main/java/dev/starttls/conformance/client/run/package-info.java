/** Runs cases: the well-behaved server first, then each case with a server of its own, several at once. */
package dev.starttls.conformance.client.run;
