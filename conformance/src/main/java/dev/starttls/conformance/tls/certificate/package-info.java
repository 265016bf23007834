/**
 * Judges the certificates of a server by the rules and says every fault it finds, where a trust manager stops at the
 * first. No connection, no clock: the time comes in as a parameter.
 */
package dev.starttls.conformance.tls.certificate;
