/**
 * The checks of the TLS layer. They send ClientHellos made by the suite, which offer what the Java runtime no longer
 * speaks, and use whole sessions whose records they can change, with the suite's own TLS or an engine.
 */
package dev.starttls.conformance.tls;
