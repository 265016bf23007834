package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Selection;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command {@code conformance}. */
public final class Main {
    private final CommandEnvironment surroundings;
    private final EmbeddedServers embedded;
    private final CommandLine commandLine;
    private final Catalogue catalogue = Suite.catalogue();

    private Main(CommandEnvironment surroundings, EmbeddedServers embedded, CommandLine commandLine) {
        this.surroundings = surroundings;
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
    public static int run(CommandEnvironment surroundings, EmbeddedServers embedded, String... args) {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options).setExpandAtFiles(false);
        try {
            commandLine.parseArgs(args);
            if (options.help) {
                commandLine.usage(surroundings.out());
                return Outcome.PASSED.status();
            }
            return new Main(surroundings, embedded, commandLine).run(options);
        } catch (ParameterException | UsageException e) {
            surroundings.err().println("conformance: " + e.getMessage());
            surroundings.err().println("Try --help.");
            return Outcome.USAGE.status();
        } catch (RuntimeException e) {
            surroundings.err().println("conformance: an internal error of the suite, please report it:");
            e.printStackTrace(surroundings.err());
            return ExitStatus.FAULT;
        } finally {
            surroundings.out().flush();
        }
    }

    private int run(Options options) throws UsageException {
        Selection selection = Selection.of(options.only, options.skip, options.level.levels());
        Listing listing = new Listing(catalogue, surroundings);
        if (options.version) {
            surroundings.out().println("conformance " + version());
            return Outcome.PASSED.status();
        }
        if (options.completion) {
            surroundings.out().print(AutoComplete.bash(commandLine.getCommandName(), commandLine));
            return Outcome.PASSED.status();
        }
        if (options.schema) {
            surroundings.out().print(JsonReport.schema());
            return Outcome.PASSED.status();
        }
        if (options.explain.isPresent()) {
            listing.explain(options.explain.get());
            return Outcome.PASSED.status();
        }
        if (catalogue.all().stream().noneMatch(selection::takes)) {
            throw new UsageException("no check is left by --only, --skip and --level; --list names them all");
        }
        if (options.list) {
            listing.list(selection);
            return Outcome.PASSED.status();
        }
        return new ServerCheck(surroundings, embedded, catalogue, selection, options).run(columns());
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /** The width of the terminal. Finding it out starts a process, so it is done only if there is a terminal. */
    private int columns() {
        return surroundings.terminal().onScreen()
                ? commandLine.getCommandSpec().usageMessage().autoWidth(true).width()
                : Integer.MAX_VALUE;
    }
}
