package dev.starttls.conformance.check;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The pace of the connections to one target, which all its checks share. Safe for use by several threads. */
public interface Pacing {
    /**
     * Waits until the next connection may be made.
     *
     * @param before runs before each wait, with its length: it is no time of the check's own
     */
    void awaitTurn(Consumer<Duration> before);

    /** The longest wait for a greeting. */
    Duration greeting();

    /** The server turned a connection away. */
    void turnedAway();

    /**
     * How long to wait, when a connection is closed, for the server to close it too; zero unless the server has turned
     * connections away.
     */
    Duration farewell();

    /** What shows that the server takes one connection of a client at a time; empty as long as nothing does. */
    Optional<String> oneAtATime();

    /**
     * The same pace on another port of the server, where it may turn connections away without any consequence.
     *
     * @param longest the longest wait for a greeting there
     */
    default Pacing elsewhere(Duration longest) {
        Pacing here = this;
        return new Pacing() {
            @Override
            public void awaitTurn(Consumer<Duration> before) {
                here.awaitTurn(before);
            }

            @Override
            public Duration greeting() {
                return here.greeting().compareTo(longest) < 0 ? here.greeting() : longest;
            }

            @Override
            public void turnedAway() {
                // This says nothing of the port that is checked.
            }

            @Override
            public Duration farewell() {
                return here.farewell();
            }

            @Override
            public Optional<String> oneAtATime() {
                return here.oneAtATime();
            }
        };
    }

    /** No pace, and this wait for a greeting. */
    static Pacing none(Duration greeting) {
        return new Pacing() {
            @Override
            public void awaitTurn(Consumer<Duration> before) {
                // Connections are made at once.
            }

            @Override
            public Duration greeting() {
                return greeting;
            }

            @Override
            public void turnedAway() {
                // The pace stays the same.
            }

            @Override
            public Duration farewell() {
                return Duration.ZERO;
            }

            @Override
            public Optional<String> oneAtATime() {
                return Optional.empty();
            }
        };
    }
}
