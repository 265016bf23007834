/** What is under test: URLs, schemes and the user's settings. It knows nothing about checks. */
package dev.starttls.conformance.target;
