package dev.starttls.conformance.client.subject;

import java.util.Optional;

/** The client under test, in whatever form: a command, a function in a test, a person at a program with windows. */
@FunctionalInterface
public interface ClientUnderTest {
    /**
     * Lets the client do once what it is for: connect to the server, upgrade, log in, and send or fetch one message.
     * Called by several threads at once.
     *
     * @return how it ended, at the latest when the attempt's time is over
     * @throws InterruptedException if the run of the suite is ended meanwhile
     */
    Ending run(Attempt attempt) throws InterruptedException;

    /** Its command line with the placeholders unfilled, for reports; empty if it is no command. */
    default Optional<String> commandLine() {
        return Optional.empty();
    }
}
