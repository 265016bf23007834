package dev.starttls.benchmarks.latency;

/** Which handshake. */
public enum Handshake {
    /** A new session. */
    FULL,
    /** The session of the run before (RFC 8446 section 2.2, RFC 5077). */
    RESUMED
}
