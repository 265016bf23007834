package dev.starttls.conformance.report;

import java.util.EnumMap;
import java.util.Map;

/** How many of the servers of a run may be relied on. */
public final class Totals {
    private final Map<Reliance, Integer> counts = new EnumMap<>(Reliance.class);

    /** Counts a server. */
    public void add(Conclusion conclusion) {
        counts.merge(conclusion.reliance(), 1, Integer::sum);
    }

    /** How many servers there are. */
    public int all() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private int count(Reliance reliance) {
        return counts.getOrDefault(reliance, 0);
    }

    /** All of it in one sentence without the full stop. */
    public String description() {
        int known = count(Reliance.KNOWN_FAILURES);
        return all() + (all() == 1 ? " server: " : " servers: ") + count(Reliance.YES) + " may be relied on, "
                + count(Reliance.NO) + " may not, " + count(Reliance.UNKNOWN) + " not known"
                + (known == 0 ? "" : ", " + known + " with no failure that is neither accepted nor in the baseline");
    }
}
