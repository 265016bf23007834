/**
 * A domain on loopback, with hosts that are wrong in one way each, for the tutorial and for tests: mail hosts, the server of its MTA-STS
 * policy, and its signed zone behind a resolver. It knows nothing of checks.
 */
package dev.starttls.conformance.lab;
