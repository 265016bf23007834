package dev.starttls.benchmarks;

import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.link.BulkData;
import dev.starttls.benchmarks.link.IdleHeap;
import dev.starttls.benchmarks.memory.InMemory;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.ResultsFile;
import dev.starttls.benchmarks.server.LoopScale;
import dev.starttls.benchmarks.server.UpgradeRate;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The measurements of costs other than latency with their numbers of rounds: a short set for a quick look, a long one
 * for published figures.
 */
public enum CostSet {
    /** One or two minutes. */
    SHORT(60, 6, 50, 500, 4, 200, 100),
    /** Twenty minutes. */
    LONG(200, 21, 150, 10_000, 8, 400, 5_000);

    private final int inMemory;
    private final int bulk;
    private final double bulkMillis;
    private final int connections;
    private final int serverRounds;
    private final int upgrades;
    private final int maxAtOnce;

    CostSet(int inMemory, int bulk, double bulkMillis, int connections, int serverRounds, int upgrades, int maxAtOnce) {
        this.inMemory = inMemory;
        this.bulk = bulk;
        this.bulkMillis = bulkMillis;
        this.connections = connections;
        this.serverRounds = serverRounds;
        this.upgrades = upgrades;
        this.maxAtOnce = maxAtOnce;
    }

    /** What is measured. */
    public enum Part {
        /** The CPU time and allocation of upgrades and records in memory. */
        MEMORY,
        /** Bulk data over loopback. */
        BULK,
        /** The heap of idle connections. */
        HEAP,
        /** The upgrades of a server. */
        SERVER,
        /** Many simultaneous upgrades on one loop. */
        SCALE
    }

    /**
     * Measures and writes the results.
     *
     * @param part of the set
     * @param folder of the results
     * @param command that measures it again
     * @throws Exception if a measurement fails
     */
    public void measure(Part part, Path folder, String command) throws Exception {
        Machine machine = Machine.present();
        ProgressLine.OF_THIS_PROCESS.begin(part.name());
        List<Figure> figures =
                switch (part) {
                    case MEMORY -> new InMemory(new Rounds(inMemory, inMemory)).measure();
                    case BULK -> new BulkData(new Rounds(bulk / 2, bulk), bulkMillis).measure();
                    case HEAP -> heap();
                    case SERVER -> new UpgradeRate(new Rounds(serverRounds / 2, serverRounds), upgrades).measure();
                    case SCALE -> new LoopScale(new Rounds(2, serverRounds), levels(), upgrades).measure();
                };
        ResultsFile.write(
                folder.resolve(part.name().toLowerCase(Locale.ROOT) + ".json"),
                new Results<>(machine, LocalDate.now(ZoneOffset.UTC).toString(), command, figures));
    }

    /** Also with a tenth of the connections, to see what ten times as many cost. */
    private List<Figure> heap() throws Exception {
        List<Figure> figures = new ArrayList<>(new IdleHeap(connections / 10).measure());
        figures.addAll(new IdleHeap(connections).measure());
        return figures;
    }

    private List<Integer> levels() {
        return Stream.of(10, 100, 1_000, 5_000)
                .filter(level -> level <= maxAtOnce)
                .toList();
    }
}
