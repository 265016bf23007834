package dev.starttls.benchmarks.flood;

import dev.starttls.benchmarks.ProgressLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Measures the attacks, and compares each with the goal in a table. */
public final class FloodTable {

    /** How many times the calm 99th percentile other clients may wait, without the attackers' turns. */
    private static final double TIMES_CALM = 3;

    /** How long one attacker may occupy the loop before another connection's turn, in milliseconds. */
    private static final double TURN = 1;

    private final Flood flood;
    private final List<String> lines = new ArrayList<>(List.of(
            "| attack | attackers | other clients wait for | calm: median | 99th percentile | attacked: median | 99th percentile"
                    + " | goal | reached | attackers left | MiB sent |",
            "|---|---|---|---|---|---|---|---|---|---|---|"));
    private boolean reached = true;

    /**
     * An empty table.
     *
     * @param flood that measures
     */
    public FloodTable(Flood flood) {
        this.flood = flood;
    }

    /**
     * Measures.
     *
     * @param attacks of which kinds
     * @param levels how many attackers at once, each at least 1
     * @param progress takes each row as it is measured
     * @throws Exception what went wrong
     */
    public void measure(List<Attack> attacks, List<Integer> levels, Consumer<String> progress) throws Exception {
        lines.forEach(progress);
        int measured = 0;
        for (Attack attack : attacks) {
            // The first ones are warm-up, also for the code that only an attack runs.
            flood.measure(attack, 0);
            flood.measure(attack, 1);
            Flood.Result calm = flood.measure(attack, 0);
            ProgressLine.OF_THIS_PROCESS.at(++measured, "measurement", (long) attacks.size() * (levels.size() + 1));
            for (int attackers : levels) {
                Flood.Result attacked = flood.measure(attack, attackers);
                measured++;
                calm.waits().forEach((what, before) -> {
                    String row = row(attack, attackers, what, before, attacked);
                    lines.add(row);
                    progress.accept(row);
                });
            }
        }
    }

    /**
     * The table.
     *
     * @return in Markdown; milliseconds
     */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /**
     * Whether the goal was reached in each row.
     *
     * @return also true if there is none
     */
    public boolean reached() {
        return reached;
    }

    private String row(Attack attack, int attackers, String what, Waits before, Flood.Result attacked) {
        Waits waits = attacked.waits().get(what);
        double goal = TIMES_CALM * before.quantile(0.99) + attackers * TURN;
        boolean good = waits.quantile(0.99) <= goal;
        reached &= good;
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %s | %.2f | %s | %d | %d |",
                attack.title(),
                attackers,
                what,
                before.text(0.5),
                before.text(0.99),
                waits.text(0.5),
                waits.text(0.99),
                goal,
                good ? "yes" : "no",
                attacked.left(),
                attacked.sent() >> 20);
    }
}
