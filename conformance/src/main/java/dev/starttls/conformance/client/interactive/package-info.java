/**
 * Cases for a client that a person runs, with windows or on a phone: the servers of all cases, a page and a terminal that
 * say what to set and what was seen, and a file by which such a session is taken up again.
 */
package dev.starttls.conformance.client.interactive;
