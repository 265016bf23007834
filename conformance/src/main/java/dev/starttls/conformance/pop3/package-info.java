/** POP3: the profile for the shared checks, and the checks of POP3 alone (RFC 1939, 2449, 2595), ids POP3-S-nn. */
package dev.starttls.conformance.pop3;
