package dev.starttls.benchmarks;

import dev.starttls.benchmarks.flood.Attack;
import dev.starttls.benchmarks.flood.Flood;
import dev.starttls.benchmarks.flood.FloodTable;
import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.report.Page;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how long other clients wait on a loop under attack. */
@Command(
        name = "flood",
        mixinStandardHelpOptions = true,
        description =
                "Measures how long other clients wait for a greeting and for an answer inside TLS while hostile peers"
                        + " keep the loop busy, compared with a calm loop; exit status 1 if a client waits longer than"
                        + " three times as long plus 1 ms for each attacker. With the attackers on one core and the"
                        + " loop on the other:%n  taskset -c 0 java -jar benchmarks/target/benchmarks.jar flood"
                        + " --attackers-on 1")
final class FloodCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--attackers",
            converter = Arguments.AtOnce.class,
            split = ",",
            paramLabel = "N",
            description = "Numbers of simultaneous attackers (default: ${DEFAULT-VALUE}).")
    private List<Integer> attackers = List.of(1, 10, 100);

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "ATTACK",
            description = "Only these: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Attack> only = List.of(Attack.values());

    @Option(
            names = "--seconds",
            converter = Arguments.Count.class,
            paramLabel = "S",
            description = "The duration of each measurement (default: ${DEFAULT-VALUE}).")
    private int seconds = 5;

    @Option(
            names = "--attackers-on",
            converter = Arguments.Processors.class,
            paramLabel = "CPUS",
            description = "The processors for the attackers' process, which has one thread for all of them; set with"
                    + " taskset (default: any).")
    private Optional<String> cpus = Optional.empty();

    @Option(
            names = "--results",
            converter = Arguments.ResultsFolder.class,
            paramLabel = "FOLDER",
            description = "Also writes flood.md to this folder (default: prints only).")
    private Optional<Path> folder = Optional.empty();

    @Override
    public Integer call() throws Exception {
        String machine = Machine.present().line()
                + (RealTimePriority.available()
                        ? "; the waiting clients take precedence over the loop, as if on a separate machine"
                        : "; the waiting clients share the loop's processors, since only root may take precedence (chrt)");
        System.out.println(machine);
        try (Flood flood = new Flood(Duration.ofSeconds(seconds), cpus)) {
            FloodTable table = new FloodTable(flood);
            table.measure(only, attackers, System.out::println);
            if (folder.isPresent()) {
                new Page("How long other clients wait on a loop under attack, in milliseconds", machine)
                        .madeBy(spec.commandLine().getParseResult().originalArgs())
                        .paragraph("The goal: the 99th percentile is at most three times the calm one, plus a turn of"
                                + " 1 ms of each attacker.")
                        .lines(table.lines())
                        .write(folder.get().resolve("flood.md"));
            }
            return table.reached() ? 0 : 1;
        }
    }
}
