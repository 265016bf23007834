package dev.starttls.core.upgrade;

/** Which side of the connection this is. */
public enum Role {
    /** The side that connected, sends the upgrade command and the ClientHello. */
    CLIENT,
    /** The side that accepted the connection and gives the go-ahead. */
    SERVER
}
