/** IMAP: the profile for the shared checks, and the checks of IMAP alone (RFC 9051, 7888, 5530), ids IMAP-S-nn. */
package dev.starttls.conformance.imap;
