package dev.starttls.benchmarks;

import dev.starttls.benchmarks.latency.LatencySet;
import dev.starttls.benchmarks.latency.RegressionGuard;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.LatencyReport;
import dev.starttls.benchmarks.report.Page;
import dev.starttls.benchmarks.report.ServersReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command: measures, reports, or starts the JMH harness. */
@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        description = "Measures what an upgrade costs, compared with the floor and with other libraries.",
        footer = "%n'jmh' passes its arguments to the JMH harness: 'jmh -h', 'jmh UpgradeLatency -prof gc'.")
public final class BenchmarksCommand {

    private static final Path FOLDER = Path.of("benchmarks", "results");

    private BenchmarksCommand() {}

    /**
     * Runs the command.
     *
     * @param arguments see {@code --help}
     * @throws IOException if the harness cannot read or write
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        System.exit(commandLine().execute(arguments.length == 0 ? new String[] {"--help"} : arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchmarksCommand())
                .addSubcommand("short", new Set(LatencySet.SHORT))
                .addSubcommand("long", new Set(LatencySet.LONG))
                .addSubcommand(new CostCommand())
                .addSubcommand(new SoakCommand())
                .addSubcommand(new FloodCommand())
                .addSubcommand(new ServersCommand())
                .addSubcommand(new SuiteCommand())
                .addSubcommand(new Report())
                .addSubcommand(new GuardCommand())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** The option for the folder of the results. */
    private static final class Where {

        @Option(
                names = "--results",
                converter = Arguments.ResultsFolder.class,
                paramLabel = "FOLDER",
                description = "The folder for results, tables and pictures (default: ${DEFAULT-VALUE}).")
        private Path folder = FOLDER;

        void report(CommandSpec spec) throws IOException {
            for (Path file : new LatencyReport(folder, command(spec)).write()) {
                System.out.println(file);
            }
            new ServersReport(folder, ServersReport.INSTALLED).write().ifPresent(System.out::println);
        }
    }

    private static String command(CommandSpec spec) {
        return Page.commandOfJar(spec.commandLine().getParseResult().originalArgs());
    }

    /** Measures a set. */
    @Command(
            mixinStandardHelpOptions = true,
            description = "Measures, and writes a report; 'short' takes about three minutes, 'long' about twenty.")
    private static final class Set implements Callable<Integer> {

        private final LatencySet set;

        @Spec
        private CommandSpec spec;

        @CommandLine.Mixin
        private Where where = new Where();

        @Option(
                names = "--scale",
                converter = Arguments.Factor.class,
                paramLabel = "FACTOR",
                description = "Multiplies all numbers of rounds (default: ${DEFAULT-VALUE}).")
        private double scale = 1;

        @Option(
                names = "--only",
                split = ",",
                paramLabel = "PART",
                description = "Measures only these: ${COMPLETION-CANDIDATES} (default: all).")
        private List<LatencySet.Part> only = List.of(LatencySet.Part.values());

        Set(LatencySet set) {
            this.set = set;
        }

        @Override
        public Integer call() throws Exception {
            for (LatencySet.Part part : only) {
                long before = System.nanoTime();
                set.measure(part, scale, where.folder, command(spec));
                System.out.printf(Locale.ROOT, "%s: %.0f s%n", part, (System.nanoTime() - before) / 1e9);
            }
            where.report(spec);
            return 0;
        }
    }

    /** Makes the tables and pictures from existing results. */
    @Command(
            name = "report",
            mixinStandardHelpOptions = true,
            description = "Makes the tables and pictures from the results in the folder.")
    private static final class Report implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @CommandLine.Mixin
        private Where where = new Where();

        @Override
        public Integer call() throws IOException {
            if (!Files.isDirectory(where.folder)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Expected a folder of results at " + where.folder
                                + ", but it does not exist: give another one with --results");
            }
            where.report(spec);
            return 0;
        }
    }

    /** Reports what got slower. */
    @Command(
            name = "guard",
            mixinStandardHelpOptions = true,
            description = "Reports what became slower than a generous ratio to the floor; exit status 1 if anything"
                    + " did.")
    private static final class GuardCommand implements Callable<Integer> {

        @Option(
                names = "--rounds",
                converter = Arguments.Count.class,
                paramLabel = "N",
                description = "Rounds that count; the same number come before as warm-up (default: ${DEFAULT-VALUE}).")
        private int rounds = 200;

        @Override
        public Integer call() throws Exception {
            RegressionGuard.Verdict verdict = new RegressionGuard(new Rounds(rounds, rounds)).judge();
            verdict.lines().forEach(System.out::println);
            return verdict.slower() == 0 ? 0 : 1;
        }
    }
}
