package dev.starttls.benchmarks.flood;

/** What hostile peers send without end. All of it is cheap for them, and none of it breaks TLS. */
public enum Attack {
    /** NOOP after NOOP before STARTTLS; the replies are read. */
    NOOP_IN_PLAINTEXT("NOOP in plaintext", Target.SERVER),
    /** The same inside TLS, in records of the greatest length. */
    NOOP_INSIDE_TLS("NOOP inside TLS", Target.SERVER),
    /** One message whose end does not come. */
    MESSAGE_WITHOUT_END("a message without end", Target.SERVER),
    /** KeyUpdates that ask for one in return (RFC 8446 section 4.6.3). */
    KEY_UPDATES("KeyUpdates", Target.SERVER),
    /** NOOP after NOOP, each octet in a record of its own. */
    TINY_RECORDS("records of one octet", Target.SERVER),
    /** A server that answers the second EHLO with KeyUpdates. */
    KEY_UPDATES_OF_A_SERVER("KeyUpdates of a server", Target.CLIENTS);

    private final String title;
    private final Target target;

    Attack(String title, Target target) {
        this.title = title;
        this.target = target;
    }

    /** Which side's loop is attacked. */
    enum Target {
        /** Hostile clients connect to a loop that serves. */
        SERVER,
        /** The clients of a loop have connected to a hostile server. */
        CLIENTS
    }

    String title() {
        return title;
    }

    Target target() {
        return target;
    }
}
