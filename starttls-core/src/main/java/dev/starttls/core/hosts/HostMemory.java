package dev.starttls.core.hosts;

import java.util.function.UnaryOperator;

/**
 * Remembers facts about hosts from one connection to the next. Implement it to share them between processes or to keep
 * them on disk ({@link HostFacts#entries}).
 *
 * <pre>{@code
 * HostMemory memory = HostMemory.inMemory(10_000);
 * SmtpClient.to("mail.example.org", 587).direct(DirectUpgrade.REMEMBERED).memory(memory).connect();
 * memory.recall("mail.example.org", 587).command();
 * }</pre>
 *
 * <p>Called by the threads that drive connections, several at once: an implementation must be safe for use by several threads,
 * must not block, and should bound the number of hosts that it holds. What it throws ends the connection for which it was called,
 * as any exception of the application's code does. Forgetting a host is always allowed and costs round trips only. With which
 * hosts TLS was used, which matters to security, is kept apart, in a {@link TlsHistory}.
 */
public interface HostMemory {

    /**
     * The facts about a host.
     *
     * @param host its name or address, in ASCII; case does not matter
     * @param port 0 to 65535, or -1 if it is not known
     * @return {@link HostFacts#NONE} if there are none
     */
    HostFacts recall(String host, int port);

    /**
     * Changes the facts about a host atomically.
     *
     * @param host its name or address, in ASCII; case does not matter
     * @param port 0 to 65535, or -1 if it is not known
     * @param change from the facts remembered to the new ones; without side effects, since it may be called more than once
     */
    void update(String host, int port, UnaryOperator<HostFacts> change);

    /**
     * Makes a memory in this process.
     *
     * @param hosts the maximum number of hosts, at least 1; beyond it, the least recently used one is forgotten
     * @return an empty memory, safe for use by several threads
     * @throws IllegalArgumentException if {@code hosts} is less than 1
     */
    static HostMemory inMemory(int hosts) {
        return new RecentHosts(hosts);
    }

    /**
     * The memory that is used where none was set: one for the whole process, of {@value RecentHosts#MAX_IN_PROCESS} hosts, some
     * 250 octets each.
     *
     * @return always the same
     */
    static HostMemory ofProcess() {
        return RecentHosts.OfProcess.MEMORY;
    }
}
