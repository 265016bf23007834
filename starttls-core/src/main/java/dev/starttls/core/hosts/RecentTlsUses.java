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
 * history.uses().forEach((service, use) -> System.out.println(service + " " + use.lastUsed()));
 * }</pre>
 */
public final class RecentTlsUses implements TlsHistory {

    /** What was used over as long a time is not new: longer than a flood of connections, shorter than the usual expiry. */
    private static final Duration NEW = Duration.ofDays(1);

    private final int max;
    /** Both in the order of their last use, the oldest first; the monitor of this guards them. */
    private final Map<HostService, TlsUse> recent = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<HostService, TlsUse> lasting = new LinkedHashMap<>(16, 0.75f, true);

    RecentTlsUses(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("services: expected at least 1, got " + max);
        }
        this.max = max;
    }

    @Override
    public synchronized Optional<TlsUse> recall(HostService service) {
        TlsUse use = lasting.get(service);
        return Optional.ofNullable(use != null ? use : recent.get(service));
    }

    @Override
    public synchronized void used(HostService service, TlsUse use) {
        TlsUse now = recall(service).map(use::following).orElse(use);
        forget(service);
        boolean lasts = Duration.between(now.firstUsed(), now.lastUsed()).compareTo(NEW) >= 0;
        (lasts ? lasting : recent).put(service, now);
        if (recent.size() + lasting.size() > max) {
            boolean crowded = recent.size() > Math.max(1, max / 4);
            forgetOldest(crowded || lasting.isEmpty() ? recent : lasting);
        }
    }

    @Override
    public synchronized void forget(HostService service) {
        recent.remove(service);
        lasting.remove(service);
    }

    /**
     * All that is remembered.
     *
     * @return a copy: the new services, then those that have lasted, each in the order of their last use or recall, the oldest
     *     first. Added to another history in this order, they are forgotten in the same one
     */
    public synchronized Map<HostService, TlsUse> uses() {
        Map<HostService, TlsUse> all = new LinkedHashMap<>(recent);
        all.putAll(lasting);
        return all;
    }

    private static void forgetOldest(Map<HostService, TlsUse> uses) {
        Iterator<HostService> oldest = uses.keySet().iterator();
        oldest.next();
        oldest.remove();
    }
}
