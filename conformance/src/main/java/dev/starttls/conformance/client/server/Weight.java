package dev.starttls.conformance.client.server;

/** How much it matters that a line of the client is readable on the path; the heaviest last. */
public enum Weight {
    /** Capability discovery, the upgrade, or the end of the session: RFC 8314 section 5.2 allows these before TLS. */
    HARMLESS,
    /** Any other command, without a message and without credentials. */
    COMMAND,
    /** A message, or its sender or recipient. */
    MESSAGE,
    /** A user name or a password, in whatever encoding. */
    CREDENTIAL
}
