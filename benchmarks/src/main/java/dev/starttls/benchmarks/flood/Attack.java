package dev.starttls.benchmarks.flood;

/** What hostile peers send without end: all of it is cheap for them and valid TLS. */
public enum Attack {
    /** NOOP after NOOP before STARTTLS; the replies are read. */
    NOOP_IN_PLAINTEXT("NOOP in plaintext", Endpoint.SERVER),
    /** The same inside TLS, in records of the maximum length. */
    NOOP_INSIDE_TLS("NOOP inside TLS", Endpoint.SERVER),
    /** One message whose end does not come. */
    MESSAGE_WITHOUT_END("a message without end", Endpoint.SERVER),
    /** KeyUpdates that request one in return (RFC 8446 section 4.6.3). */
    KEY_UPDATES("KeyUpdates", Endpoint.SERVER),
    /** NOOP after NOOP, each octet in a record of its own. */
    TINY_RECORDS("records of one octet", Endpoint.SERVER),
    /** A server that answers the second EHLO with KeyUpdates. */
    KEY_UPDATES_OF_A_SERVER("KeyUpdates of a server", Endpoint.CLIENTS);

    private final String title;
    private final Endpoint target;

    Attack(String title, Endpoint target) {
        this.title = title;
        this.target = target;
    }

    /** Which side's loop is attacked. */
    enum Endpoint {
        /** Hostile clients connect to a loop that serves. */
        SERVER,
        /** The clients of a loop have connected to a hostile server. */
        CLIENTS
    }

    String title() {
        return title;
    }

    Endpoint target() {
        return target;
    }
}
