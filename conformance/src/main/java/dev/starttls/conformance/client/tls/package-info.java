/**
 * Cases for the TLS of any client, over an upgrade and with TLS from the first octet alike: the certificate, the version
 * and the suite, the handshake, and the records. The server is one that does exactly one thing wrong.
 */
package dev.starttls.conformance.client.tls;
