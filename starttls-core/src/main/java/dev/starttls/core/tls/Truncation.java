package dev.starttls.core.tls;

/** How the end of a connection without close_notify is treated (RFC 8446 section 6.1). */
public enum Truncation {
    /** A failure: {@link TruncatedException}. */
    REPORTED,
    /** An end of stream, for peers that are known to close without close_notify. */
    ACCEPTED
}
