package dev.starttls.smtp.policy;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Values by names: a bounded number, those that were used last. Safe for use by several threads. */
final class Recent<V> {

    private final int max;
    private final ToIntFunction<V> weight;
    /** What a value may weigh that is forgotten for its age alone. */
    private final int share;

    private final long maxWeight;
    /** In the order of their last use; its monitor guards it and the weight. */
    private final Map<String, V> values = new LinkedHashMap<>(16, 0.75f, true);

    private long weights;

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
            return Optional.ofNullable(values.get(name));
        }
    }

    void keep(String name, V value) {
        synchronized (values) {
            remove(name);
            values.put(name, value);
            weights += weight.applyAsInt(value);
            Iterator<V> oldest = values.values().iterator();
            if (values.size() > max) {
                weights -= weight.applyAsInt(oldest.next());
                oldest.remove();
            }
            while (weights > maxWeight) {
                int next = weight.applyAsInt(oldest.next());
                if (next > share) {
                    weights -= next;
                    oldest.remove();
                }
            }
        }
    }

    void remove(String name) {
        synchronized (values) {
            V removed = values.remove(name);
            if (removed != null) {
                weights -= weight.applyAsInt(removed);
            }
        }
    }

    List<String> names() {
        synchronized (values) {
            return List.copyOf(values.keySet());
        }
    }
}
