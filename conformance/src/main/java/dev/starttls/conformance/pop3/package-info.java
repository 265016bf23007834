/** POP3: the catalogue's rows POP3-S-01 to POP3-S-23 (RFC 1939, 2449, 2595, 5034, 8314), a class per topic. */
package dev.starttls.conformance.pop3;
