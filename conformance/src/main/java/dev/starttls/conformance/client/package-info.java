/** Tests of mail clients: all cases of each protocol. */
package dev.starttls.conformance.client;
