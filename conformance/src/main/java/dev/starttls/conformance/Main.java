package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Selection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

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
        System.exit(run(CommandEnvironment.ofProcess(), new LibraryServers(), args));
    }

    /**
     * The command without the process around it.
     *
     * @param embedded the servers to check when no target is named
     * @return the exit status
     */
    public static int run(CommandEnvironment environment, EmbeddedServers embedded, String... args) {
        Options options = new Options();
        CommandLine commandLine = options.commandLine();
        try {
            commandLine.parseArgs(args);
            if (options.help) {
                commandLine.usage(environment.out());
                return Outcome.PASSED.status();
            }
            return new Main(environment, embedded, commandLine).run(options);
        } catch (ParameterException | UsageException e) {
            environment.err().println("conformance: " + e.getMessage());
            environment.err().println("Try --help.");
            return Outcome.USAGE.status();
        } catch (RuntimeException e) {
            environment.err().println("conformance: an internal error of the suite, please report it:");
            e.printStackTrace(environment.err());
            return ExitStatus.FAULT;
        } finally {
            environment.out().flush();
        }
    }

    private int run(Options options) throws UsageException {
        Selection selection = Selection.of(options.only, options.skip, options.level.levels());
        Listing listing = new Listing(catalogue, environment);
        if (options.version) {
            environment.out().println("conformance " + version());
            return Outcome.PASSED.status();
        }
        if (options.completion) {
            environment.out().print(AutoComplete.bash(commandLine.getCommandName(), commandLine));
            return Outcome.PASSED.status();
        }
        if (options.schema) {
            environment.out().print(JsonReport.schema());
            return Outcome.PASSED.status();
        }
        if (options.explain.isPresent()) {
            listing.explain(options.explain.get());
            return Outcome.PASSED.status();
        }
        for (String named :
                Stream.concat(options.only.stream(), options.skip.stream()).toList()) {
            Selection alone = Selection.of(Set.of(named), Set.of(), EnumSet.allOf(Level.class));
            // One that was mistyped would be left out of the run, or not left out, and nothing would show it.
            if (catalogue.all().stream().noneMatch(alone::takes)) {
                throw new UsageException(
                        "there is no check '" + named + "'; --list names them all, with their clauses");
            }
        }
        if (catalogue.all().stream().noneMatch(selection::takes)) {
            throw new UsageException("no check is left by --only, --skip and --level; --list names them all");
        }
        if (options.list) {
            listing.list(selection);
            return Outcome.PASSED.status();
        }
        return new ServerCheck(environment, embedded, catalogue, selection, options).run(columns());
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /** The width of the terminal. Finding it out starts a process, so it is done only if there is a terminal. */
    private int columns() {
        return environment.terminal().onScreen()
                ? commandLine.getCommandSpec().usageMessage().autoWidth(true).width()
                : Integer.MAX_VALUE;
    }
}
