package dev.starttls.conformance.client.subject;

import java.util.Optional;

/**
 * A client before whose runs something has to be done: once, before the first run, and before each. What is done has the
 * same limit as a run. If it fails, the client is not run.
 */
public final class PreparedClient implements ClientUnderTest {
    private final ClientUnderTest client;
    private final Optional<ClientUnderTest> setup;
    private final Optional<ClientUnderTest> reset;
    private Optional<Ending> setUp = Optional.empty();

    /**
     * A client that is prepared.
     *
     * @param setup what is done before the first run; empty for nothing
     * @param reset what is done before each run; empty for nothing
     */
    public PreparedClient(ClientUnderTest client, Optional<ClientUnderTest> setup, Optional<ClientUnderTest> reset) {
        this.client = client;
        this.setup = setup;
        this.reset = reset;
    }

    @Override
    public Optional<String> commandLine() {
        return client.commandLine();
    }

    @Override
    public Ending run(Attempt attempt) throws InterruptedException {
        Optional<Ending> failed = setup.isEmpty() ? Optional.empty() : failure("--setup", setUp(attempt));
        if (failed.isEmpty() && reset.isPresent()) {
            failed = failure("--reset", reset.get().run(attempt));
        }
        return failed.isPresent() ? failed.get() : client.run(attempt);
    }

    private synchronized Ending setUp(Attempt attempt) throws InterruptedException {
        if (setUp.isEmpty()) {
            setUp = Optional.of(setup.orElseThrow().run(attempt));
        }
        return setUp.get();
    }

    private static Optional<Ending> failure(String option, Ending done) {
        return done.kind() == Ending.Kind.SUCCESS
                ? Optional.empty()
                : Optional.of(new Ending(
                        Ending.Kind.UNPREPARED,
                        "expected exit status 0 of the command of " + option + ", got " + done.words(),
                        done.output()));
    }
}
