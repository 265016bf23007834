package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.RealTimePriority;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The cost of an upgrade on one loop thread with many at the same time, and how long other clients wait meanwhile. The
 * contestants are numbers of simultaneous upgrades; each turn has about the same number of upgrades in total.
 */
public final class LoopScale {

    private static final String VERSION = "TLSv1.3";

    private final Rounds rounds;
    private final List<Integer> levels;
    private final int upgrades;

    /**
     * A measurement.
     *
     * @param rounds in which the numbers take turns
     * @param levels numbers of simultaneous upgrades; the lowest comes first and is the floor
     * @param upgrades the minimum number in a turn
     */
    public LoopScale(Rounds rounds, List<Integer> levels, int upgrades) {
        this.rounds = rounds;
        this.levels = List.copyOf(levels);
        this.upgrades = upgrades;
    }

    /**
     * Measures.
     *
     * @return figures named costAtOnce, answerP50 and answerP99
     * @throws Exception if a measurement fails
     */
    public List<Figure> measure() throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        List<Figure> figures = new ArrayList<>();
        try (Storm storm = new Storm(contexts)) {
            Map<Integer, Rounds.Contestant> contestants = new LinkedHashMap<>();
            for (int level : levels) {
                contestants.put(level, () -> turn(storm, level));
            }
            Map<Integer, double[]> samples = rounds.measure(contestants);
            double[] floor = samples.get(levels.get(0));
            samples.forEach((level, micros) -> figures.add(figure(
                    "costAtOnce",
                    Map.of("version", VERSION, "key", "EC"),
                    level + "_AT_ONCE",
                    level + " at once",
                    "us",
                    Spread.of(micros),
                    Optional.of(Ratio.of(micros, floor)))));
        }
        int max = levels.get(levels.size() - 1);
        figures.addAll(answers(contexts, max, Runnable::run, "ON_THE_LOOP", "tasks on the loop"));
        ExecutorService executor = Executors.newFixedThreadPool(1);
        try {
            figures.addAll(answers(contexts, max, executor, "ON_AN_EXECUTOR", "tasks on another thread"));
        } finally {
            executor.shutdownNow();
        }
        return figures;
    }

    private double turn(Storm storm, int level) throws Exception {
        double sum = 0;
        int times = Math.max(1, upgrades / level);
        for (int i = 0; i < times; i++) {
            sum += storm.upgrade(level);
        }
        return sum / times;
    }

    private static List<Figure> answers(Contexts contexts, int level, Executor tasks, String name, String title)
            throws Exception {
        Map<String, String> condition = Map.of("version", VERSION, "key", "EC", "atOnce", Integer.toString(level));
        String alike = RealTimePriority.available()
                ? ""
                : "; it shares the processors of the storm's clients (only root has chrt)";
        try (StormAnswers answers = new StormAnswers(contexts, tasks, RealTimePriority::withLowerPriority)) {
            // With the same number: the first storm of a process has stalls that no later one has, probably because the
            // kernel enlarges the table of open files.
            answers.warmUp(level);
            StormAnswers.Waits waits = answers.measure(level);
            String floor = "the floor: meanwhile on a loop without the storm, " + title;
            return List.of(
                    wait("answerP50", condition, name, title + alike, waits.storm(), 0.5),
                    wait("answerP50", condition, name + "_FLOOR", floor + alike, waits.floor(), 0.5),
                    wait("answerP99", condition, name, title + alike, waits.storm(), 0.99),
                    wait("answerP99", condition, name + "_FLOOR", floor + alike, waits.floor(), 0.99));
        }
    }

    private static Figure wait(
            String measured,
            Map<String, String> condition,
            String name,
            String title,
            List<Double> sorted,
            double share) {
        double wait = sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
        return figure(
                measured, condition, name, title, "ms", new Spread(wait, wait, wait, sorted.size()), Optional.empty());
    }

    private static Figure figure(
            String measured,
            Map<String, String> condition,
            String name,
            String title,
            String unit,
            Spread value,
            Optional<Ratio> toFloor) {
        return new Figure(measured, condition, name, title, unit, value, toFloor);
    }
}
