/** What is under test: URLs, schemes and the settings the user gave. Knows nothing of checks. */
package dev.starttls.conformance.target;
