package dev.starttls.conformance.connection;

import java.time.Duration;

/** Knows how long a server may take to greet and to part, and what may be sent to it; learns how it greeted. */
public interface ConnectionWatch {
    /** The longest wait for the first line of a connection. */
    Duration limit();

    /** The server's first line came. */
    void greeted(String line);

    /** The connection ended, or the time was over, before a first line came, and this side had sent none. */
    void missing(Received instead);

    /**
     * How long to wait, when this side closes the connection, for the server to close it too: one that takes one
     * connection at a time is then ready for the next. Zero for not at all.
     */
    default Duration farewell() {
        return Duration.ZERO;
    }

    /**
     * Whether this may be sent; if not, the connection is given up.
     *
     * @param text as it is sent, or what stands for it in the transcript
     */
    default boolean permits(String text) {
        return true;
    }

    /** Waits this long, and learns nothing. */
    static ConnectionWatch within(Duration limit) {
        return new ConnectionWatch() {
            @Override
            public Duration limit() {
                return limit;
            }

            @Override
            public void greeted(String line) {
                // Nothing is done with it.
            }

            @Override
            public void missing(Received instead) {
                // Nothing is done with it.
            }
        };
    }
}
