package dev.starttls.conformance.connection;

import java.time.Duration;

/** Knows how long a server may take to greet, and learns how it greeted. */
public interface GreetingWatch {
    /** The longest wait for the first line of a connection. */
    Duration limit();

    /** The server's first line came. */
    void greeted(String line);

    /** The connection ended, or the time was over, before a first line came, and this side had sent none. */
    void missing(Received instead);

    /** Waits this long, and learns nothing. */
    static GreetingWatch within(Duration limit) {
        return new GreetingWatch() {
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
