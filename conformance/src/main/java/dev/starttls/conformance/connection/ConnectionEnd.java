package dev.starttls.conformance.connection;

/** How a connection, or one direction of it, ended. */
public enum ConnectionEnd {
    /** The peer sent close_notify inside TLS (RFC 8446 section 6.1). */
    CLOSE_NOTIFY("closed with close_notify"),
    /** The peer closed the TCP connection; inside TLS that is a truncation. */
    FIN("closed by the server"),
    /** The connection was reset. */
    RESET("reset by the server"),
    /** The peer sent a fatal TLS alert. */
    ALERT("ended by a TLS alert"),
    /** What came could not be read as TLS. */
    NOT_TLS("no longer TLS"),
    /** The suite itself closed it because the check's time was over. */
    GIVEN_UP("closed by the suite: the time for this check was over");

    private final String description;

    ConnectionEnd(String description) {
        this.description = description;
    }

    /** The text for a verdict's detail. */
    public String description() {
        return description;
    }
}
