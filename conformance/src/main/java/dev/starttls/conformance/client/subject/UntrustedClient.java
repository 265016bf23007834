package dev.starttls.conformance.client.subject;

import java.util.Optional;

/**
 * A client of which it is not believed that it succeeded or failed: a command that exits with 0 whatever happens, or a
 * function that puts a message into a queue. That it crashed, was ended, or cannot do a case is still taken from it.
 */
public final class UntrustedClient implements ClientUnderTest {
    private final ClientUnderTest client;

    /** The same client, believed less. */
    public UntrustedClient(ClientUnderTest client) {
        this.client = client;
    }

    @Override
    public Optional<String> commandLine() {
        return client.commandLine();
    }

    @Override
    public Ending run(Attempt attempt) throws InterruptedException {
        Ending said = client.run(attempt);
        return switch (said.kind()) {
            case SUCCESS, FAILURE ->
                new Ending(Ending.Kind.UNKNOWN, said.words() + ", which is ignored", said.output());
            case CRASHED, UNABLE, UNPREPARED, TIMED_OUT, UNKNOWN -> said;
        };
    }
}
