/** IMAP: the catalogue's rows IMAP-S-01 to IMAP-S-26 (RFC 9051, 3501, 2595, 8314), a class per topic. */
package dev.starttls.conformance.imap;
