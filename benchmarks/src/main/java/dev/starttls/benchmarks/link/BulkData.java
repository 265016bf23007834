package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.ResourceUsage;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Spread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;

/** Bulk data inside TLS over loopback: all libraries in the same rounds, each on a connection that stays open. */
public final class BulkData {

    private static final int SMALL = 100;
    private static final int LARGE = 16_384;

    private static final int WARM_TURNS = 10;

    private final Rounds rounds;
    private final double millis;
    private final Contexts contexts = new Contexts(KeyKind.EC);

    /**
     * A measurement.
     *
     * @param rounds in which the libraries take turns
     * @param millis about how long the floor's turn takes
     */
    public BulkData(Rounds rounds, double millis) {
        this.rounds = rounds;
        this.millis = millis;
    }

    /**
     * Measures.
     *
     * @return figures named bulk and allocatedPerWrite
     * @throws Exception what went wrong with a library
     */
    public List<Figure> measure() throws Exception {
        List<Figure> figures = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            for (EngineKind engines : EngineKind.values()) {
                for (int piece : new int[] {LARGE, SMALL}) {
                    for (Direction direction : Direction.values()) {
                        if (engines == EngineKind.JDK || direction == Direction.ONE_WAY) {
                            figures.addAll(measure(engines, piece, direction, threads));
                        }
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
        return figures;
    }

    private List<Figure> measure(EngineKind engines, int piece, Direction direction, ExecutorService threads)
            throws Exception {
        Map<Library, LinkPair> pairs = new EnumMap<>(Library.class);
        try {
            for (Library library : Library.values()) {
                if (engines == EngineKind.JDK || (library != Library.SSL_SOCKET && opens(library, engines, threads))) {
                    pairs.put(library, LinkPair.open(library, engines, contexts, threads));
                }
            }
            for (LinkPair pair : pairs.values()) {
                warmUp(pair, direction, piece);
            }
            long octets = inTime(pairs.get(Library.FLOOR), direction, piece);
            Map<Library, Rounds.Contestant> contestants = new LinkedHashMap<>();
            Map<Library, List<Double>> allocated = new EnumMap<>(Library.class);
            pairs.forEach((library, pair) -> {
                List<Double> turns = new ArrayList<>();
                allocated.put(library, turns);
                contestants.put(library, () -> {
                    long allocatedBefore = ResourceUsage.allocatedByAllThreads();
                    long before = System.nanoTime();
                    pair.transfer(direction, octets, piece);
                    double took = (System.nanoTime() - before) / 1e6;
                    turns.add((ResourceUsage.allocatedByAllThreads() - allocatedBefore) / (octets / (double) piece));
                    return took;
                });
            });
            Map<Library, double[]> samples = rounds.measure(contestants);
            List<Figure> figures = figures(engines, piece, direction, octets, samples);
            if (direction == Direction.ONE_WAY) {
                figures.addAll(allocations(engines, piece, samples.get(Library.FLOOR).length, allocated));
            }
            return figures;
        } finally {
            for (LinkPair pair : pairs.values()) {
                pair.close();
            }
        }
    }

    /** Not every library gets through a handshake with every engine. */
    private boolean opens(Library library, EngineKind engines, ExecutorService threads) throws Exception {
        if (library == Library.FLOOR) {
            return true;
        }
        try (LinkPair pair = LinkPair.open(library, engines, contexts, threads)) {
            pair.transfer(Direction.ONE_WAY, SMALL, SMALL);
            return true;
        } catch (IOException | ExecutionException | TimeoutException e) {
            System.err.println(library.title() + " with engines of " + engines.title() + " is left out: " + e);
            return false;
        }
    }

    /** Some turns in a row: the cipher is compiled in the middle of its first ones, and becomes ten times quicker. */
    private void warmUp(LinkPair pair, Direction direction, int piece) throws Exception {
        long end = System.nanoTime() + (long) (WARM_TURNS * millis * 1e6);
        while (System.nanoTime() < end) {
            pair.transfer(direction, 100L * piece, piece);
        }
    }

    /** How many octets the floor moves in the time of a turn, once it is warm. */
    private long inTime(LinkPair floor, Direction direction, int piece) throws Exception {
        long octets = 100L * piece;
        double took = 0;
        while (took < millis) {
            octets *= 2;
            long before = System.nanoTime();
            floor.transfer(direction, octets, piece);
            took = (System.nanoTime() - before) / 1e6;
        }
        return Math.max(piece, (long) (octets * millis / took) / piece * piece);
    }

    private static List<Figure> figures(
            EngineKind engines, int piece, Direction direction, long octets, Map<Library, double[]> samples) {
        Map<String, String> condition = condition(engines, piece, direction);
        double mebibytes = octets / 1048576.0 * (direction == Direction.FULL_DUPLEX ? 2 : 1);
        double[] floor = rates(samples.get(Library.FLOOR), mebibytes);
        List<Figure> figures = new ArrayList<>();
        samples.forEach((library, took) -> {
            double[] rates = rates(took, mebibytes);
            figures.add(new Figure(
                    "bulk",
                    condition,
                    library.name(),
                    library.title(),
                    "MiB/s",
                    Spread.of(rates),
                    Optional.of(Ratio.of(rates, floor))));
        });
        return figures;
    }

    /** What a write and the read of it allocate, of the rounds that count. */
    private static List<Figure> allocations(
            EngineKind engines, int piece, int counted, Map<Library, List<Double>> allocated) {
        List<Figure> figures = new ArrayList<>();
        allocated.forEach((library, turns) -> figures.add(new Figure(
                "allocatedPerWrite",
                condition(engines, piece, Direction.ONE_WAY),
                library.name(),
                library.title(),
                "bytes",
                Spread.of(turns.subList(turns.size() - counted, turns.size()).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray()),
                Optional.empty())));
        return figures;
    }

    private static Map<String, String> condition(EngineKind engines, int piece, Direction direction) {
        Map<String, String> condition = new LinkedHashMap<>();
        condition.put("engines", engines.title());
        condition.put("octets", Integer.toString(piece));
        condition.put("direction", direction.name());
        return condition;
    }

    private static double[] rates(double[] took, double mebibytes) {
        return Arrays.stream(took).map(each -> mebibytes / each * 1000).toArray();
    }
}
