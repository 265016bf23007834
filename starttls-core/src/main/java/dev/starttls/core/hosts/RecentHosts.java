package dev.starttls.core.hosts;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Remembers the most recently used hosts. */
final class RecentHosts implements HostMemory {

    /** Some 500 KB: more hosts than most processes connect to, and one that is forgotten costs a round trip or two. */
    static final int MAX_IN_PROCESS = 2_000;

    /** Loaded, and the memory with it, on first use. */
    static final class OfProcess {

        static final HostMemory MEMORY = new RecentHosts(MAX_IN_PROCESS);

        private OfProcess() {}
    }

    private record Address(String host, int port) {}

    private final int max;
    /** In the order of their last use; its monitor guards it. */
    private final Map<Address, HostFacts> hosts = new LinkedHashMap<>(16, 0.75f, true);

    RecentHosts(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("hosts: expected at least 1, got " + max);
        }
        this.max = max;
    }

    @Override
    public HostFacts recall(String host, int port) {
        synchronized (hosts) {
            return hosts.getOrDefault(address(host, port), HostFacts.NONE);
        }
    }

    @Override
    public void update(String host, int port, UnaryOperator<HostFacts> change) {
        Address address = address(host, port);
        synchronized (hosts) {
            HostFacts changed = change.apply(hosts.getOrDefault(address, HostFacts.NONE));
            if (changed.entries().isEmpty()) {
                hosts.remove(address);
                return;
            }
            hosts.put(address, changed);
            if (hosts.size() > max) {
                Iterator<Address> oldest = hosts.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    private static Address address(String host, int port) {
        return new Address(host.toLowerCase(Locale.ROOT), port);
    }
}
