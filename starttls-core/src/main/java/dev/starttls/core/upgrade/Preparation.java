package dev.starttls.core.upgrade;

/**
 * When a client makes its engine and the key share of its ClientHello. The octets leave after the go-ahead; with the command
 * where a host is remembered to accept that ({@link DirectUpgrade#REMEMBERED}).
 */
public enum Preparation {
    /** While it waits for the server's first lines: the time is not added to the upgrade. */
    WHILE_WAITING,
    /** Once the go-ahead has come: nothing is computed for servers that do not offer the upgrade. */
    ON_GO_AHEAD
}
