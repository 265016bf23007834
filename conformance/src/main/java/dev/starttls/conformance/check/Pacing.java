package dev.starttls.conformance.check;

import java.time.Duration;

/** The pace of the connections to one target, which all its checks share. Safe for use by several threads. */
public interface Pacing {
    /** Waits until the next connection may be made. */
    void awaitTurn();

    /** The longest wait for a greeting. */
    Duration greeting();

    /** No pace, and this wait for a greeting. */
    static Pacing none(Duration greeting) {
        return new Pacing() {
            @Override
            public void awaitTurn() {
                // Connections are made at once.
            }

            @Override
            public Duration greeting() {
                return greeting;
            }
        };
    }
}
