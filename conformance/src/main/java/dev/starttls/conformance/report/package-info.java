/** Tells what was found: to people as text, to programs as JSON. */
package dev.starttls.conformance.report;
