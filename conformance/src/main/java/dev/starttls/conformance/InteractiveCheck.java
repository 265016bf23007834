package dev.starttls.conformance;

import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.interactive.InteractiveRun;
import dev.starttls.conformance.client.interactive.PortUse;
import dev.starttls.conformance.client.interactive.SessionPage;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.report.html.HtmlReport;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code conformance client --interactive}: a person runs the client, and looks at a page or at the terminal. */
final class InteractiveCheck {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration MAX_CONNECTION = Duration.ofHours(1);

    private final CommandEnvironment environment;
    private final RunResults results;
    private final Expectations expectations;
    private final int columns;

    /**
     * A session.
     *
     * @param columns the width of the terminal, if there is one
     */
    InteractiveCheck(CommandEnvironment environment, RunResults results, Expectations expectations, int columns) {
        this.environment = environment;
        this.results = results;
        this.expectations = expectations;
        this.columns = columns;
    }

    /** Runs until the person ends it; adds the report of the cases that are done. */
    void run(
            Protocol protocol,
            List<ClientCase> cases,
            ClientRunSettings settings,
            PortUse ports,
            InetSocketAddress page,
            Optional<Path> state)
            throws IOException, InterruptedException {
        try (InteractiveRun run = InteractiveRun.start(
                        ClientSuite.profile(protocol).dialect(),
                        settings.timeout(MAX_CONNECTION),
                        ClientSuite.control(protocol),
                        cases,
                        ports,
                        QUIET,
                        state);
                SessionPage served =
                        SessionPage.serve(run, page, () -> soFar(run).map(InteractiveCheck::html), results::fault)) {
            results.onInterrupt(() -> soFar(run).stream().toList());
            SessionTerminal terminal = new SessionTerminal(run, environment.err(), columns);
            terminal.begin(served.url());
            if (!page.getAddress().isLoopbackAddress()) {
                terminal.say("Whoever reaches the page sees the password, and can press the buttons.");
            }
            if (!settings.listen().isLoopbackAddress() && settings.host().equals("localhost")) {
                terminal.say("For a client on another machine name this one with --host: localhost is its own.");
            }
            try {
                terminal.converse(environment.in());
            } catch (IOException e) {
                results.unable("the session cannot go on: " + e.getMessage()
                        + (state.isPresent() ? "; the same --state takes it up again" : ""));
            }
            soFar(run)
                    .ifPresentOrElse(
                            results::add, () -> results.unreachable("no case is done: the client never connected"));
        }
    }

    private Optional<TargetReport> soFar(InteractiveRun run) {
        return run.report().map(expectations);
    }

    private static byte[] html(TargetReport report) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        HtmlReport html = new HtmlReport(new PrintStream(octets, false, StandardCharsets.UTF_8));
        html.add(report);
        html.close();
        return octets.toByteArray();
    }
}
