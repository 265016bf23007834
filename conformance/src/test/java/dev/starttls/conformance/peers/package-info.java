/**
 * Servers that we did not write, each described by one file: how it is started, and what the suite finds in it. What it says
 * is in {@code docs/real-servers.md}.
 */
package dev.starttls.conformance.peers;
