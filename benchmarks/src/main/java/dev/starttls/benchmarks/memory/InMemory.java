package dev.starttls.benchmarks.memory;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.ResourceUsage;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Spread;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The CPU time and allocation of upgrades and of records in memory: this library and the floor, in the same rounds. */
public final class InMemory {

    private static final String VERSION = "TLSv1.3";
    /** Upgrades or records per turn, enough that the resolution of the CPU clock does not matter. */
    private static final int UPGRADES = 8;

    private static final int RECORDS = 2_000;

    private final Rounds rounds;

    /**
     * A measurement.
     *
     * @param rounds of a few milliseconds
     */
    public InMemory(Rounds rounds) {
        this.rounds = rounds;
    }

    /**
     * Measures.
     *
     * @return figures named upgradeCpu, upgradeAllocated, recordCpu and recordAllocated
     * @throws Exception what went wrong
     */
    public List<Figure> measure() throws Exception {
        List<Figure> figures = new ArrayList<>(upgrades());
        for (int octets : new int[] {100, 16_000}) {
            figures.addAll(records(octets));
        }
        return figures;
    }

    private List<Figure> upgrades() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        Map<Contestant, Turn> turns = new EnumMap<>(Contestant.class);
        for (Contestant contestant : Contestant.values()) {
            Supplier<InMemoryPair> pairs = contestant.pairs(contexts, VERSION);
            turns.put(contestant, new Turn(UPGRADES, () -> pairs.get().upgrade()));
        }
        return measure("upgrade", Map.of("version", VERSION, "key", "EC"), turns);
    }

    private List<Figure> records(int octets) throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        Map<Contestant, Turn> turns = new EnumMap<>(Contestant.class);
        for (Contestant contestant : Contestant.values()) {
            InMemoryPair pair = contestant.pairs(contexts, VERSION).get();
            pair.upgrade();
            ByteBuffer source = ByteBuffer.allocate(octets);
            ByteBuffer target = ByteBuffer.allocate(17_000);
            turns.put(contestant, new Turn(RECORDS, () -> pair.send(source.clear(), target.clear())));
        }
        return measure("record", Map.of("version", VERSION, "octets", Integer.toString(octets)), turns);
    }

    private List<Figure> measure(String what, Map<String, String> condition, Map<Contestant, Turn> turns)
            throws Exception {
        Map<Contestant, double[]> micros = rounds.measure(new LinkedHashMap<>(turns));
        List<Figure> figures = new ArrayList<>();
        turns.forEach((contestant, turn) -> {
            figures.add(new Figure(
                    what + "Cpu",
                    condition,
                    contestant.name(),
                    contestant.title(),
                    "us",
                    Spread.of(micros.get(contestant)),
                    Optional.of(Ratio.of(micros.get(contestant), micros.get(Contestant.FLOOR)))));
            double[] bytes = turn.allocated(micros.get(contestant).length);
            figures.add(new Figure(
                    what + "Allocated",
                    condition,
                    contestant.name(),
                    contestant.title(),
                    "bytes",
                    Spread.of(bytes),
                    Optional.of(Ratio.of(bytes, turns.get(Contestant.FLOOR).allocated(bytes.length)))));
        });
        return figures;
    }

    /** Repeats the work this number of times; its result is the CPU time of one in microseconds. */
    private static final class Turn implements Rounds.Contestant {

        private final int times;
        private final Work work;
        private final List<Double> allocated = new ArrayList<>();

        Turn(int times, Work work) {
            this.times = times;
            this.work = work;
        }

        @Override
        public double run() throws Exception {
            long bytes = ResourceUsage.allocatedByThisThread();
            long nanos = ResourceUsage.nanosOfThisThread();
            for (int i = 0; i < times; i++) {
                work.run();
            }
            double took = (ResourceUsage.nanosOfThisThread() - nanos) / 1e3 / times;
            allocated.add((ResourceUsage.allocatedByThisThread() - bytes) / (double) times);
            return took;
        }

        /** What one allocated in each of the last turns. */
        double[] allocated(int last) {
            double[] all = allocated.stream().mapToDouble(Double::doubleValue).toArray();
            return Arrays.copyOfRange(all, all.length - last, all.length);
        }
    }

    /** What is measured. */
    private interface Work {
        void run() throws Exception;
    }
}
