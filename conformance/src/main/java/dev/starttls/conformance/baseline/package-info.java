/** What a user knows of a server before the run: an earlier report of it, and findings that are accepted. */
package dev.starttls.conformance.baseline;
