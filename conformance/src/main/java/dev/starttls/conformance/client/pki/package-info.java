/**
 * The certificates that clients are shown: one good, and one for each way in which a certificate can be wrong, all of
 * them issued for the run and for the host name that the client connects to.
 */
package dev.starttls.conformance.client.pki;
