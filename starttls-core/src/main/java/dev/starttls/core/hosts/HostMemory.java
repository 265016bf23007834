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
 * <p>Called by the threads that drive connections, several at once, in the middle of their work: an implementation must be
 * safe for that, must not block, and bounds how many hosts it holds. What it throws ends the connection that asked, as any
 * code of this side's does; forgetting is always allowed and costs round trips, nothing else.
 */
public interface HostMemory {

    /**
     * What is remembered of a host.
     *
     * @param host its name or address, in ASCII; case does not matter
     * @param port 0 to 65535, or -1 if it is not known
     * @return {@link HostFacts#NONE} if nothing is
     */
    HostFacts recall(String host, int port);

    /**
     * Changes what is remembered of a host; for one host, one change after the other.
     *
     * @param host as described above
     * @param port as described above
     * @param change given what is remembered, gives what is to be; pure, and perhaps called more than once
     */
    void update(String host, int port, UnaryOperator<HostFacts> change);

    /**
     * A memory in this process alone.
     *
     * @param hosts how many it holds; beyond them, the one that was not used for the longest time is forgotten. At least 1
     * @return empty, safe for use by several threads
     * @throws IllegalArgumentException if {@code hosts} is less than 1
     */
    static HostMemory inMemory(int hosts) {
        return new RecentHosts(hosts);
    }

    /**
     * The memory of those who set none: one for the whole process, of {@value RecentHosts#MAX_IN_PROCESS} hosts, some 250 octets
     * each.
     *
     * @return always the same
     */
    static HostMemory ofProcess() {
        return RecentHosts.OfProcess.MEMORY;
    }
}
