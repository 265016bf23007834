package dev.starttls.benchmarks.latency;

/** Which handshake. */
public enum Handshake {
    /** A new session. */
    FULL,
    /** The session of the run before (RFC 8446 section 2.2, RFC 5077). */
    RESUMED;

    /** Its round trips until the client may say something: two only in TLS 1.2 in full (RFC 5246 section 7.3). */
    int roundTrips(String version) {
        return version.equals("TLSv1.2") && this == FULL ? 2 : 1;
    }
}
