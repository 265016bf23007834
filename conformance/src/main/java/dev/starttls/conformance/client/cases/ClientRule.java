package dev.starttls.conformance.client.cases;

/** The rules that the shared cases check. Each protocol defines the rule in a clause of its own. */
public enum ClientRule {
    /** Without TLS nothing is done but to ask for it. */
    REQUIRED,
    /** What the server says to the upgrade command. */
    COMMAND,
    /** Nothing from before TLS is used inside. */
    DISCARD,
    /** After the go-ahead comes the handshake, and nothing else. */
    HANDSHAKE,
    /** The capabilities are asked for again inside TLS. */
    DISCOVERY,
    /** Inside TLS there is no upgrade. */
    INSIDE,
    /** The form of greetings and answers. */
    SYNTAX,
    /** What a client takes is bounded. */
    BOUNDS,
    /** With TLS from the first octet nothing comes before it. */
    IMPLICIT
}
