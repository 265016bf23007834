package dev.starttls.conformance.upgrade;

/** What the shared checks hold a server to. Each protocol says in its own clause what the rule is. */
public enum Rule {
    /** The greeting is well formed. */
    GREETING,
    /** The upgrade is offered. */
    OFFER,
    /** The upgrade command gets one go-ahead and takes no argument. */
    COMMAND,
    /** Commands are the same in upper and lower case. */
    CASE,
    /** The go-ahead leads to a session inside TLS that begins anew. */
    INSIDE,
    /** Plaintext sent after the upgrade command is not executed. */
    INJECTION,
    /** CRLF ends a line. */
    LINE_END,
    /** After the go-ahead there is no plaintext any more. */
    FAILED_HANDSHAKE,
    /** Pipelined commands are answered in order. */
    PIPELINING,
    /** Lines have a limit. */
    LINE_LENGTH,
    /** What the server offers for the login before TLS. */
    MECHANISMS,
    /** The server does not take a login before TLS. */
    LOGIN,
    /** The session ends with an answer. */
    GOODBYE,
    /** On an implicit-TLS port TLS comes first. */
    IMPLICIT_TLS,
    /** On an implicit-TLS port there is no upgrade. */
    IMPLICIT_OFFER
}
