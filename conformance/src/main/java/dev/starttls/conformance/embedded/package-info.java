/** Servers built on this project's own dialogues, for a run without a target. */
package dev.starttls.conformance.embedded;
