package dev.starttls.conformance.upgrade;

/** The rules that the shared checks check. Each protocol defines the rule in a clause of its own. */
public enum Rule {
    /** The greeting is well formed. */
    GREETING,
    /** The upgrade is offered. */
    OFFER,
    /** The upgrade command gets one go-ahead. */
    COMMAND,
    /** The upgrade command takes no argument. */
    ARGUMENT,
    /** Commands are the same in upper and lower case. */
    CASE,
    /** The go-ahead leads to a new session inside TLS. */
    INSIDE,
    /** Plaintext sent after the upgrade command is not executed. */
    INJECTION,
    /** CRLF ends a line. */
    LINE_END,
    /** After the go-ahead there is no more plaintext. */
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
