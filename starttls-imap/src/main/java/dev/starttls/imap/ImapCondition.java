package dev.starttls.imap;

/** What a status response says (RFC 9051 section 7.1). */
public enum ImapCondition {
    /** Tagged: the command was carried out. Untagged: information, or the greeting of a client that may log in. */
    OK,
    /** Tagged: the command failed. Untagged: a warning. */
    NO,
    /** Tagged: the command was not understood. Untagged: something was, and the server cannot say what. */
    BAD,
    /** Only as a greeting: the client is logged in already, by means outside the protocol. */
    PREAUTH,
    /** The server closes the connection; as a greeting, it does not serve this client. */
    BYE
}
