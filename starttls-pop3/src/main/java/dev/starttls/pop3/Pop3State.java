package dev.starttls.pop3;

/** Where a session is (RFC 1939 section 3). The UPDATE state lasts no longer than the answer to QUIT. */
public enum Pop3State {
    /** The client has not logged in. STLS is possible here only (RFC 2595 section 4). */
    AUTHORIZATION,
    /** A maildrop is open. */
    TRANSACTION
}
