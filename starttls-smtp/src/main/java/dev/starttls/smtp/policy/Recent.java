package dev.starttls.smtp.policy;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values by names: a bounded number, those that were used last. Safe for use by several threads. */
final class Recent<V> {

    private final int max;
    /** In the order of their last use; its monitor guards it. */
    private final Map<String, V> values = new LinkedHashMap<>(16, 0.75f, true);

    Recent(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("max: expected at least 1, got " + max);
        }
        this.max = max;
    }

    Optional<V> find(String name) {
        synchronized (values) {
            return Optional.ofNullable(values.get(name));
        }
    }

    void keep(String name, V value) {
        synchronized (values) {
            values.put(name, value);
            if (values.size() > max) {
                Iterator<String> oldest = values.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    void remove(String name) {
        synchronized (values) {
            values.remove(name);
        }
    }

    List<String> names() {
        synchronized (values) {
            return List.copyOf(values.keySet());
        }
    }
}
