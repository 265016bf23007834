package dev.starttls.benchmarks.flood;

/** What hostile peers send without end: all of it is cheap for them and valid TLS. */
public enum Attack {
    /** NOOP after NOOP before STARTTLS; the replies are read. */
    NOOP_IN_PLAINTEXT("NOOP in plaintext", AttackedSide.SERVER),
    /** The same inside TLS, in records of the maximum length. */
    NOOP_INSIDE_TLS("NOOP inside TLS", AttackedSide.SERVER),
    /** One message whose end does not come. */
    MESSAGE_WITHOUT_END("a message without end", AttackedSide.SERVER),
    /** KeyUpdates that request one in return (RFC 8446 section 4.6.3). */
    KEY_UPDATES("KeyUpdates", AttackedSide.SERVER),
    /** NOOP after NOOP, each octet in a record of its own. */
    TINY_RECORDS("records of one octet", AttackedSide.SERVER),
    /** A server that answers the second EHLO with KeyUpdates. */
    KEY_UPDATES_OF_A_SERVER("KeyUpdates of a server", AttackedSide.CLIENTS);

    private final String title;
    private final AttackedSide target;

    Attack(String title, AttackedSide target) {
        this.title = title;
        this.target = target;
    }

    /** Which side's loop is attacked. */
    enum AttackedSide {
        /** Hostile clients connect to a loop that serves. */
        SERVER,
        /** The clients of a loop have connected to a hostile server. */
        CLIENTS
    }

    String title() {
        return title;
    }

    AttackedSide target() {
        return target;
    }
}
