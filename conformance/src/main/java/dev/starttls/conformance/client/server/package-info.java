/**
 * A scripted mail server for tests of clients: it does to each connection what a {@link
 * dev.starttls.conformance.client.server.Script} says, well-behaved or hostile, and records as {@link
 * dev.starttls.conformance.client.server.Evidence} what the client does. It knows nothing of verdicts.
 */
package dev.starttls.conformance.client.server;
