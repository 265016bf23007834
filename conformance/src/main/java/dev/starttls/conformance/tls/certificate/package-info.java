/**
 * Judges the certificates of a server and reports every fault, while a trust manager stops at the first. It has no
 * connection and no clock: the time is a parameter.
 */
package dev.starttls.conformance.tls.certificate;
