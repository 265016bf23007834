/** What a check is, what it may say, and what it is given. Protocols and TLS add their topics from packages of their own. */
package dev.starttls.conformance.check;
