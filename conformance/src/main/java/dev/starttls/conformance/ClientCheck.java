package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.interactive.PortUse;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.client.run.ClientServers;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.CommandClient;
import dev.starttls.conformance.client.subject.CommandTemplate;
import dev.starttls.conformance.client.subject.PreparedClient;
import dev.starttls.conformance.client.subject.UntrustedClient;
import dev.starttls.conformance.profile.Scope;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.TerminalProgress;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One run of {@code conformance client}. */
final class ClientCheck {

    /** Where an interactive session listens: ports that a person can remember. */
    private static final int PORTS = 20000;

    private static final String PAGE = "8080";

    private static final String PORT = "port";

    private final CommandEnvironment environment;
    private final ClientOptions options;

    ClientCheck(CommandEnvironment environment, ClientOptions options) {
        this.environment = environment;
        this.options = options;
    }

    /**
     * Runs.
     *
     * @param columns the width of the terminal, if there is one
     * @return the exit status
     */
    int run(int columns) throws UsageException, UnwritableReportException {
        if (options.output.schema) {
            environment.out().print(JsonReport.schema());
            return Outcome.PASSED.status();
        }
        Optional<Protocol> protocol = protocol();
        Selection selection = Selection.of(options.only, options.skip, options.expectations.level.levels());
        Catalogue catalogue = catalogue(protocol.map(List::of).orElseGet(() -> List.of(Protocol.values())));
        Listing listing = new Listing(catalogue, ClientCheck::behaviour, environment);
        if (!options.explain.isEmpty()) {
            listing.explain(options.explain);
            return Outcome.PASSED.status();
        }
        requireKnown(catalogue);
        if (options.list) {
            listing.list(Scope.of(selection, List.of()));
            return Outcome.PASSED.status();
        }
        Protocol one = protocol.orElseThrow(() -> new UsageException(
                "expected the protocol of the client: " + environment.name() + " client smtp|imap|pop3"));
        List<ClientCase> cases = ClientSuite.selected(one, selection);
        if (cases.isEmpty()) {
            throw new UsageException("no case is left by --only, --skip and --level; --list names them all");
        }
        return run(one, cases, catalogue, columns);
    }

    private int run(Protocol protocol, List<ClientCase> cases, Catalogue catalogue, int columns)
            throws UsageException, UnwritableReportException {
        requireTogether();
        if (options.interactive) {
            return interactive(protocol, cases, catalogue, columns);
        }
        ClientRunSettings given = settings();
        requireCommand();
        Expectations expectations = Expectations.of(options.expectations, List.of(), catalogue.all());
        RunResults results = new RunResults(
                Reports.open(options.output.formats, options.filesRead(), environment, columns), environment);
        Remains remains = new Remains();
        Interrupts.Watch watch = environment.interrupts().on(() -> {
            results.interrupted();
            remains.close();
        });
        RunListener progress =
                environment.terminal().progress() ? new TerminalProgress(environment.err()) : RunListener.none();
        results.tally().begun();
        try (HostName host = HostName.of(options.host, given.listen());
                CommandClient command = host.within(CommandClient.of(options.command.orElseThrow()));
                ClientRunner runner = new ClientRunner(
                        ClientSuite.profile(protocol).dialect(),
                        prepared(command, host, remains),
                        given.host(host.name()),
                        progress)) {
            remains.add(command);
            remains.add(runner);
            UnaryOperator<TargetReport> finished =
                    report -> expectations.apply(host.note().map(report::noting).orElse(report));
            ClientRunner.Running running = runner.begin(cases);
            results.inOrder(List.of(running.subject()));
            results.onInterrupt(() -> running.soFar().map(finished).stream().toList());
            results.add(finished.apply(running.report()));
            running.obstacle().ifPresent(results::unable);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            results.unreachable("the run was ended before the first case");
        } catch (IOException e) {
            results.unable("the cases cannot be run: " + e.getMessage());
        } catch (UncheckedIOException e) {
            results.unable("the cases cannot be run: " + e.getCause().getMessage());
        } finally {
            results.end();
            watch.close();
        }
        return results.exitStatus();
    }

    /** What one of the two ways to run a client has, and the other has not. */
    private void requireTogether() throws UsageException {
        boolean commanded = options.command.isPresent() || options.setup.isPresent() || options.reset.isPresent();
        if (options.interactive && commanded) {
            throw new UsageException("--interactive is for a client that a person runs: expected no --command, --setup"
                    + " and --reset with it");
        }
        boolean personal = options.onePort || options.page.isPresent() || options.state.isPresent();
        if (!options.interactive && personal) {
            throw new UsageException("--page, --one-port and --state go together with --interactive");
        }
        if (options.pause && !options.onePort) {
            throw new UsageException("--pause goes together with --one-port");
        }
    }

    private int interactive(Protocol protocol, List<ClientCase> cases, Catalogue catalogue, int columns)
            throws UsageException, UnwritableReportException {
        InetSocketAddress page = page(options.page.orElse(PAGE));
        ClientRunSettings settings =
                settings().host(options.host.orElse("localhost")).listen(address(), options.ports.orElse(PORTS));
        Expectations expectations = Expectations.of(options.expectations, List.of(), catalogue.all());
        RunResults results = new RunResults(
                Reports.open(options.output.formats, options.filesRead(), environment, columns), environment);
        Interrupts.Watch watch = environment.interrupts().on(results::interrupted);
        try {
            new InteractiveCheck(environment, results, expectations, columns)
                    .run(protocol, sharedFirst(cases), settings, ports(), page, options.state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            results.unreachable("the session was ended");
        } catch (IOException e) {
            results.unable("the session cannot go on: " + e.getMessage());
        } finally {
            results.end();
            watch.close();
        }
        return results.exitStatus();
    }

    /** PORT, of loopback, or ADDRESS:PORT. */
    private static InetSocketAddress page(String text) throws UsageException {
        return HostAndPort.parse(text.matches("[0-9]+") ? ":" + text : text)
                .filter(address -> address.port().isPresent())
                .orElseThrow(() -> new UsageException("--page: expected PORT or ADDRESS:PORT, got '" + text + "'"))
                .toListen("--page", 0);
    }

    /** What matters most comes first: a person may not get to the end. */
    private static List<ClientCase> sharedFirst(List<ClientCase> cases) {
        return cases.stream()
                .sorted(Comparator.comparing((ClientCase each) -> !each.id().startsWith("UP-")))
                .toList();
    }

    private PortUse ports() {
        if (!options.onePort) {
            return PortUse.EACH;
        }
        return options.pause ? PortUse.ONE_IN_STEPS : PortUse.ONE;
    }

    private Optional<Protocol> protocol() throws UsageException {
        if (options.protocol.isEmpty()) {
            return Optional.empty();
        }
        String named = options.protocol.get();
        return Optional.of(Arrays.stream(Protocol.values())
                .filter(each -> each.key().equalsIgnoreCase(named))
                .findFirst()
                .orElseThrow(() -> new UsageException("'" + named
                        + "' is not a protocol: expected smtp, imap or pop3, as in " + environment.name()
                        + " client imap")));
    }

    private static Catalogue catalogue(List<Protocol> protocols) {
        List<Topic> topics = new ArrayList<>();
        for (Protocol protocol : protocols) {
            List<Check> checks =
                    ClientSuite.cases(protocol).stream().map(ClientCase::check).toList();
            topics.add(() -> checks);
        }
        return Catalogue.of(topics);
    }

    private static List<String> behaviour(Check check) {
        Protocol protocol = check.protocols().iterator().next();
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().equals(check.id()))
                .map(each -> ClientServers.behaviour(
                        each, ClientSuite.profile(protocol).dialect()))
                .findFirst()
                .orElseThrow();
    }

    /** A case that was mistyped would be left out of the run, or not left out, and nothing would show it. */
    private void requireKnown(Catalogue catalogue) throws UsageException {
        for (String named :
                Stream.concat(options.only.stream(), options.skip.stream()).toList()) {
            if (catalogue.all().stream().noneMatch(Selection.named(named)::takes)) {
                String option = options.only.contains(named) ? "--only" : "--skip";
                throw new UsageException(Whereabouts.unknown("case", named)
                        + Whereabouts.of(named, option, catalogue.all(), environment.name()));
            }
        }
    }

    private ClientUnderTest prepared(CommandClient client, HostName host, Remains remains) {
        return new PreparedClient(
                switch (options.exitStatus) {
                    case trusted -> client;
                    case ignored -> new UntrustedClient(client);
                },
                options.setup.map(command -> preparing(command, host, remains)),
                options.reset.map(command -> preparing(command, host, remains)));
    }

    /** What it leaves stays: it may start what the client needs, or what the user has anyway. */
    private static ClientUnderTest preparing(String command, HostName host, Remains remains) {
        CommandClient client = host.within(CommandClient.of(command));
        remains.add(client);
        return client;
    }

    /** The command lines without mistakes in their placeholders, and one that names the port. */
    private void requireCommand() throws UsageException {
        String command = options.command.orElseThrow(() -> new UsageException(
                "expected --command with the client's command line, in which {host} and {port} stand for the server"));
        boolean port = template("--command", command).has(PORT);
        if (options.setup.isPresent()) {
            port |= template("--setup", options.setup.get()).has(PORT);
        }
        if (options.reset.isPresent()) {
            port |= template("--reset", options.reset.get()).has(PORT);
        }
        if (!port && options.ports.orElse(0) == 0) {
            throw new UsageException(
                    "--command: expected {port} in it, where the client is told its server's port; or in"
                            + " --reset, if that tells it; or --ports");
        }
    }

    /** A command line without mistakes in its placeholders. */
    private static CommandTemplate template(String option, String commandLine) throws UsageException {
        CommandTemplate template = new CommandTemplate(commandLine);
        Optional<String> mistake = template.mistake();
        if (mistake.isPresent()) {
            throw new UsageException(option + ": " + mistake.get());
        }
        return template;
    }

    private ClientRunSettings settings() throws UsageException {
        ClientPolicy policy =
                switch (options.policy) {
                    case required -> ClientPolicy.REQUIRED;
                    case opportunistic -> ClientPolicy.OPPORTUNISTIC;
                    case implicit -> ClientPolicy.IMPLICIT;
                };
        return ClientRunSettings.of(policy)
                .listen(address(), options.ports.orElse(0))
                .timeout(Duration.ofSeconds(options.timeout))
                .patience(Duration.ofSeconds(options.patience))
                .linger(Duration.ofSeconds(options.linger))
                .parallel(options.parallel);
    }

    private InetAddress address() throws UsageException {
        try {
            return InetAddress.getByName(options.listen);
        } catch (UnknownHostException e) {
            throw new UsageException("--listen: '" + options.listen + "' is not an address of this machine");
        }
    }
}
