package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.conformance.report.TerminalProgress;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.Progress;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import dev.starttls.conformance.target.TargetSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command {@code conformance}. */
public final class Main {
    /** Not one of the contract's: nothing is known of the target then (EX_SOFTWARE of sysexits.h). */
    private static final int FAULT = 70;

    private final Surroundings surroundings;
    private final EmbeddedServers embedded;
    private final CommandLine commandLine;
    private final Catalogue catalogue = Suite.catalogue();

    private Main(Surroundings surroundings, EmbeddedServers embedded, CommandLine commandLine) {
        this.surroundings = surroundings;
        this.embedded = embedded;
        this.commandLine = commandLine;
    }

    public static void main(String[] args) {
        System.exit(run(Surroundings.ofProcess(), new LibraryServers(), args));
    }

    /**
     * The command without the process around it.
     *
     * @param embedded the servers to check when no target is named
     * @return the exit status
     */
    public static int run(Surroundings surroundings, EmbeddedServers embedded, String... args) {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options).setExpandAtFiles(false);
        try {
            commandLine.parseArgs(args);
            if (options.help) {
                commandLine.usage(surroundings.out());
                return Outcome.PASSED.status();
            }
            return new Main(surroundings, embedded, commandLine).run(options).status();
        } catch (ParameterException | UsageException e) {
            surroundings.err().println("conformance: " + e.getMessage());
            surroundings.err().println("Try --help.");
            return Outcome.USAGE.status();
        } catch (RuntimeException e) {
            surroundings.err().println("conformance: a fault of the suite itself, please report it:");
            e.printStackTrace(surroundings.err());
            return FAULT;
        }
    }

    private Outcome run(Options options) throws UsageException {
        Selection selection = Selection.of(options.only, options.skip, options.level.levels());
        Listing listing = new Listing(catalogue, surroundings.out());
        if (options.version) {
            surroundings.out().println("conformance " + version());
            return Outcome.PASSED;
        }
        if (options.schema) {
            surroundings.out().print(JsonReport.schema());
            return Outcome.PASSED;
        }
        if (options.explain.isPresent()) {
            listing.explain(options.explain.get());
            return Outcome.PASSED;
        }
        if (catalogue.all().stream().noneMatch(selection::takes)) {
            throw new UsageException("no check is left by --only, --skip and --level; --list names them all");
        }
        if (options.list) {
            listing.list(selection);
            return Outcome.PASSED;
        }
        return check(options, selection);
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /** As wide as the terminal is, which costs a process to find out; without one nobody asks. */
    private int columns() {
        return surroundings.terminal() == Terminal.ABSENT
                ? Integer.MAX_VALUE
                : commandLine.getCommandSpec().usageMessage().autoWidth(true).width();
    }

    private Outcome check(Options options, Selection selection) throws UsageException {
        TargetSettings settings = Settings.of(options);
        List<Target> targets = new ArrayList<>();
        for (String url : options.urls) {
            targets.add(TargetSource.parse(url));
        }
        Progress progress =
                surroundings.terminal() == Terminal.ABSENT ? Progress.none() : new TerminalProgress(surroundings.err());
        RunSettings run = RunSettings.of(options.parallel, settings.answer());
        try (Reports reports = Reports.open(options.formats, surroundings, columns());
                Runner runner = new Runner(catalogue, selection, run, progress)) {
            Session session = new Session(runner, reports, settings);
            if (targets.isEmpty() && options.targetsFile.isEmpty()) {
                return embedded(session);
            }
            Outcome outcome = Outcome.PASSED;
            for (Target target : targets) {
                outcome = outcome.or(session.check(target));
            }
            return options.targetsFile.isPresent() ? outcome.or(lines(options.targetsFile.get(), session)) : outcome;
        }
    }

    private Outcome embedded(Session session) {
        try (EmbeddedServers.Running running = embedded.start()) {
            Session acquainted = session.acquaintedWith(running);
            Outcome outcome = Outcome.PASSED;
            for (Target target : running.targets()) {
                outcome = outcome.or(acquainted.check(target));
            }
            return outcome;
        } catch (IOException e) {
            surroundings.err().println("conformance: the built-in servers did not start: " + e.getMessage());
            return Outcome.UNREACHABLE;
        }
    }

    /** Targets line by line, each checked before the next is read; a bad line is told and does not stop the rest. */
    private Outcome lines(String file, Session session) throws UsageException {
        Outcome outcome = Outcome.PASSED;
        try (BufferedReader in = TargetSource.open(file, surroundings.in())) {
            int number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                String url = line.strip();
                if (url.isEmpty() || url.startsWith("#")) {
                    continue;
                }
                try {
                    outcome = outcome.or(session.check(Target.parse(url)));
                } catch (TargetException e) {
                    surroundings.err().println("conformance: line " + number + " of the targets: " + e.getMessage());
                    outcome = outcome.or(Outcome.USAGE);
                }
            }
        } catch (IOException e) {
            surroundings.err().println("conformance: reading the targets: " + e.getMessage());
            outcome = outcome.or(Outcome.USAGE);
        }
        return outcome;
    }

    /** One call of the command, as far as targets are concerned. */
    private record Session(Runner runner, Reports reports, TargetSettings settings) {
        Session acquaintedWith(EmbeddedServers.Running running) {
            return new Session(
                    runner, reports, settings.withTrust(running.trust()).withLogin(running.login()));
        }

        Outcome check(Target target) {
            TargetReport report =
                    runner.run(target, settings, Suite.dialect(target.scheme().protocol()));
            reports.add(report);
            return report.outcome();
        }
    }
}
