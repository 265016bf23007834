/** POP3: its profile for the shared checks, and the checks of its own (RFC 1939, 2449, 2595), ids POP3-S-nn. */
package dev.starttls.conformance.pop3;
