package dev.starttls.smtp.policy;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Values by names: a bounded number, those that were used last. Safe for use by several threads. */
final class Recent<V> {

    private final int max;
    private final ToIntFunction<V> weight;
    /** What a value may weigh that is forgotten for its age alone. */
    private final int share;

    private final long maxWeight;
    /** In the order of their last use; its monitor guards everything. */
    private final Map<String, Weighed<V>> values = new LinkedHashMap<>(16, 0.75f, true);
    /** The names of those that weigh more than their share, in that order too. */
    private final Set<String> large = new LinkedHashSet<>();

    private long weights;

    private record Weighed<V>(V value, int weight) {}

    /** Of values that are all as small. */
    Recent(int max) {
        this(max, value -> 0, 0, 0);
    }

    /**
     * Of values of which some may be large: where all weigh too much, those that weigh more than their share make room, so that a
     * few large ones displace no small one.
     *
     * @param maxWeight at least {@code max} shares
     */
    Recent(int max, ToIntFunction<V> weight, int share, long maxWeight) {
        if (max < 1) {
            throw new IllegalArgumentException("max: expected at least 1, got " + max);
        }
        this.max = max;
        this.weight = weight;
        this.share = share;
        this.maxWeight = maxWeight;
    }

    Optional<V> find(String name) {
        synchronized (values) {
            if (large.remove(name)) {
                large.add(name);
            }
            return Optional.ofNullable(values.get(name)).map(Weighed::value);
        }
    }

    void keep(String name, V value) {
        synchronized (values) {
            remove(name);
            Weighed<V> weighed = new Weighed<>(value, weight.applyAsInt(value));
            values.put(name, weighed);
            weights += weighed.weight();
            if (weighed.weight() > share) {
                large.add(name);
            }
            if (values.size() > max) {
                remove(values.keySet().iterator().next());
            }
            while (weights > maxWeight) {
                remove(large.iterator().next());
            }
        }
    }

    void remove(String name) {
        synchronized (values) {
            Weighed<V> removed = values.remove(name);
            if (removed != null) {
                weights -= removed.weight();
                large.remove(name);
            }
        }
    }

    List<String> names() {
        synchronized (values) {
            return List.copyOf(values.keySet());
        }
    }
}
