package dev.starttls.core.upgrade;

/** What an {@link UpgradeConnection} needs from its driver to get further. */
public enum Want {
    /** Octets of the peer: read, then {@link UpgradeConnection#receive}. */
    READ,
    /** To send: {@link UpgradeConnection#transmit}, then write all of it. */
    WRITE,
    /**
     * A turn for others: this connection has had its share of work and has more to do. Serve other connections, then call
     * {@link UpgradeConnection#receive} with what is left of the octets read, or with none; no octet of the network is
     * needed first.
     */
    AGAIN,
    /** A task to run: {@link UpgradeConnection#task}; when that is empty, one still runs. */
    TASK,
    /**
     * Code of this side's own to answer ({@link Step.Later}): nothing is taken of the peer meanwhile. Whoever drives the
     * connection waits to be woken ({@link UpgradeConnection#onWake}), or until {@link UpgradeConnection#deadline}.
     */
    ANSWER,
    /** Nothing: the dialogue is over and the connection is the application's, or it is closed. */
    NOTHING
}
