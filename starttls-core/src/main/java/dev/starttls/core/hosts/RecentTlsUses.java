package dev.starttls.core.hosts;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A history in this process: see {@link TlsHistory#inMemory}. What it holds can be listed, for people, and to be stored elsewhere.
 *
 * <pre>{@code
 * RecentTlsUses history = TlsHistory.inMemory(10_000);
 * history.uses().forEach((destination, use) -> System.out.println(destination + " " + use.lastUsed()));
 * }</pre>
 */
public final class RecentTlsUses implements TlsHistory {

    /** What was used over as long a time is not new: longer than a flood of connections, shorter than the usual expiry. */
    private static final Duration NEW = Duration.ofDays(1);

    private final int max;
    /** Both in the order of their last use, the oldest first; the monitor of this guards them. */
    private final Map<Destination, TlsUse> recent = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<Destination, TlsUse> lasting = new LinkedHashMap<>(16, 0.75f, true);

    RecentTlsUses(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("destinations: expected at least 1, got " + max);
        }
        this.max = max;
    }

    @Override
    public synchronized Optional<TlsUse> recall(Destination destination) {
        TlsUse use = lasting.get(destination);
        return Optional.ofNullable(use != null ? use : recent.get(destination));
    }

    @Override
    public synchronized void used(Destination destination, TlsUse use) {
        TlsUse now = recall(destination).map(use::following).orElse(use);
        forget(destination);
        boolean lasts = Duration.between(now.firstUsed(), now.lastUsed()).compareTo(NEW) >= 0;
        (lasts ? lasting : recent).put(destination, now);
        if (recent.size() + lasting.size() > max) {
            boolean crowded = recent.size() > Math.max(1, max / 4);
            forgetOldest(crowded || lasting.isEmpty() ? recent : lasting);
        }
    }

    @Override
    public synchronized void forget(Destination destination) {
        recent.remove(destination);
        lasting.remove(destination);
    }

    /**
     * All that is remembered.
     *
     * @return a copy: the new destinations, then those that have lasted, each in the order of their last use or recall, the oldest
     *     first. Added to another history in this order, they are forgotten in the same one
     */
    public synchronized Map<Destination, TlsUse> uses() {
        Map<Destination, TlsUse> all = new LinkedHashMap<>(recent);
        all.putAll(lasting);
        return all;
    }

    private static void forgetOldest(Map<Destination, TlsUse> uses) {
        Iterator<Destination> oldest = uses.keySet().iterator();
        oldest.next();
        oldest.remove();
    }
}
