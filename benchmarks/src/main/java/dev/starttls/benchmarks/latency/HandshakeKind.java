package dev.starttls.benchmarks.latency;

/** The kinds of handshakes. */
public enum HandshakeKind {
    /** A new session. */
    FULL,
    /** The session of the run before (RFC 8446 section 2.2, RFC 5077). */
    RESUMED;

    /**
     * Its round trips before the client may send data: two only in a full handshake of TLS 1.2 (RFC 5246 section 7.3).
     */
    int roundTrips(String version) {
        return version.equals("TLSv1.2") && this == FULL ? 2 : 1;
    }
}
