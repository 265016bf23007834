package dev.starttls.benchmarks;

import dev.starttls.benchmarks.report.CostReport;
import dev.starttls.benchmarks.report.Page;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures costs other than latency. */
@Command(
        name = "cost",
        mixinStandardHelpOptions = true,
        description = "Measures CPU time, memory, bulk data, the upgrade rate of a server and many simultaneous"
                + " upgrades, and writes a report; 'short' takes about two minutes, 'long' about twenty.")
final class CostCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "short or long.")
    private CostSet set = CostSet.SHORT;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Measures only these: ${COMPLETION-CANDIDATES} (default: all).")
    private List<CostSet.Part> only = List.of(CostSet.Part.values());

    @Option(
            names = "--results",
            converter = Arguments.ResultsFolder.class,
            paramLabel = "FOLDER",
            description = "The folder for results, tables and pictures (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of("benchmarks", "results");

    @Override
    public Integer call() throws Exception {
        String command = Page.commandOfJar(spec.commandLine().getParseResult().originalArgs());
        for (CostSet.Part part : only) {
            long before = System.nanoTime();
            set.measure(part, folder, command);
            System.out.printf(Locale.ROOT, "%s: %.0f s%n", part, (System.nanoTime() - before) / 1e9);
        }
        new CostReport(folder).write().forEach(System.out::println);
        return 0;
    }
}
