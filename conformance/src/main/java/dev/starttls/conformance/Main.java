package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.profile.Scope;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.SurveyJson;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command {@code conformance}. */
public final class Main {
    private final CommandEnvironment environment;
    private final EmbeddedServers embedded;
    private final CommandLine commandLine;
    private final Catalogue catalogue = Suite.catalogue();

    private Main(CommandEnvironment environment, EmbeddedServers embedded, CommandLine commandLine) {
        this.environment = environment;
        this.embedded = embedded;
        this.commandLine = commandLine;
    }

    public static void main(String[] args) {
        // Also of an error that leaves no memory for its report.
        int status = ExitStatus.FAULT;
        try {
            CommandEnvironment environment = CommandEnvironment.ofProcess();
            UncaughtFaults uncaught = new UncaughtFaults(environment);
            Thread.setDefaultUncaughtExceptionHandler(uncaught);
            status = uncaught.status(run(environment, new LibraryServers(), args));
        } finally {
            System.exit(status);
        }
    }

    /** The command line with all its options, from which the manual pages are made. */
    public static CommandLine commandLine() {
        return new Options().commandLine();
    }

    /** The headings of {@code --help}, each by the option that it stands above. */
    public static Map<String, String> headings(CommandLine command) {
        return SectionedHelp.headings(command.getCommandSpec());
    }

    /**
     * The command without the process around it.
     *
     * @param embedded the servers to check when no target is named
     * @return the exit status
     */
    public static int run(CommandEnvironment environment, EmbeddedServers embedded, String... args) {
        int status = called(environment, embedded, args);
        Optional<ReportStreams.Loss> loss = status == Outcome.PASSED.status()
                ? ReportStreams.ofStandardOutput(environment.out())
                : Optional.empty();
        loss.flatMap(ReportStreams.Loss::message)
                .ifPresent(message -> environment.err().println("conformance: " + message));
        return loss.map(ReportStreams.Loss::exitStatus).orElse(status);
    }

    private static int called(CommandEnvironment environment, EmbeddedServers embedded, String... args) {
        Options options = new Options();
        CommandLine commandLine = options.commandLine(environment.installed());
        CommandLine called = commandLine;
        try {
            ParseResult parsed = commandLine.parseArgs(args);
            if (parsed.hasSubcommand()) {
                called = parsed.subcommand().commandSpec().commandLine();
            }
            if (parsed.isUsageHelpRequested() || called.isUsageHelpRequested()) {
                called.usage(environment.out());
                return Outcome.PASSED.status();
            }
            if (parsed.hasSubcommand()) {
                CallErrors.requireNothingBefore(parsed);
            }
            CallErrors.requireRanges(called);
            if (called.getCommand() instanceof ClientOptions client) {
                return new ClientCheck(environment, client).run(columns(environment, called));
            }
            if (called.getCommand() instanceof LabOptions lab) {
                return new LabCommand(environment, lab).run();
            }
            return new Main(environment, embedded, commandLine).run(options);
        } catch (ParameterException e) {
            return misused(environment, CallErrors.message(e), e.getCommandLine());
        } catch (UsageException e) {
            return misused(environment, e.getMessage(), called);
        } catch (UnwritableReportException e) {
            environment.say(e.getMessage());
            return ExitStatus.IO_FAILED;
        } catch (RuntimeException | Error e) {
            environment.fault(e);
            return ExitStatus.FAULT;
        } finally {
            environment.out().flush();
        }
    }

    private static int misused(CommandEnvironment environment, String message, CommandLine called) {
        environment.say(message);
        environment.err().println("Try " + called.getCommandSpec().qualifiedName() + " --help.");
        return Outcome.USAGE.status();
    }

    private int run(Options options) throws UsageException, UnwritableReportException {
        if (options.version) {
            environment.out().println(environment.name() + " " + version());
            return Outcome.PASSED.status();
        }
        if (options.completion) {
            environment.out().print(CompletionScript.of(commandLine));
            return Outcome.PASSED.status();
        }
        if (options.output.schema) {
            environment.out().print(options.fleet.survey ? SurveyJson.schema() : JsonReport.schema());
            return Outcome.PASSED.status();
        }
        CallErrors.requireTargets(options.urls, commandLine);
        if (options.fleet.survey) {
            return new SurveyCommand(environment, options).run();
        }
        Map<String, Profile> profiles = Settings.profiles(options.profiles);
        if (!options.explain.isEmpty()) {
            Map<String, Profile> explained = profiles.isEmpty() ? Profile.contained() : profiles;
            new Listing(catalogue, explained, environment).explain(options.explain);
            return Outcome.PASSED.status();
        }
        List<Check> known = new ArrayList<>(catalogue.all());
        profiles.values().forEach(profile -> known.addAll(profile.checks()));
        for (String named :
                Stream.concat(options.only.stream(), options.skip.stream()).toList()) {
            // One that was mistyped would be left out of the run, or not left out, and nothing would show it.
            if (known.stream().noneMatch(Selection.named(named)::takes)) {
                String option = options.only.contains(named) ? "--only" : "--skip";
                throw new UsageException(Whereabouts.unknown("check", named) + elsewhere(named, option, known));
            }
        }
        Scope scope = Scope.of(
                Selection.of(options.only, options.skip, options.expectations.level.levels()),
                List.copyOf(profiles.values()));
        if (catalogue.all().stream().noneMatch(scope.checks()::takes)) {
            throw new UsageException("no check is left by --only, --skip and --level; --list names them all");
        }
        if (options.list) {
            new Listing(catalogue, profiles, environment).list(scope);
            return Outcome.PASSED.status();
        }
        Expectations expectations = Expectations.of(options.expectations, scope.profiles(), known);
        return new ServerCheck(environment, embedded, catalogue, scope.checks(), expectations, options)
                .run(columns(environment, commandLine));
    }

    /** Where to look for what is no check and no rule of the profiles that were named. */
    private String elsewhere(String named, String option, List<Check> known) {
        return Profile.contained().entrySet().stream()
                .filter(each -> each.getValue().checks().stream().anyMatch(Selection.named(named)::takes))
                .findFirst()
                .map(each -> " without --profile " + each.getKey() + ", which it is a rule of")
                .orElseGet(() -> Whereabouts.of(named, option, known, environment.name()));
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /** The width of the terminal. Finding it out starts a process, so it is done only if there is a terminal. */
    private static int columns(CommandEnvironment environment, CommandLine commandLine) {
        return environment.terminal().onScreen()
                ? commandLine.getCommandSpec().usageMessage().autoWidth(true).width()
                : Integer.MAX_VALUE;
    }
}
