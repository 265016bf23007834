package dev.starttls.smtp.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Keeps policies from one delivery to the next. Implement it to share them between machines.
 *
 * <pre>{@code
 * PolicyStore store = PolicyStore.inFolder(Path.of("/var/lib/mta/sts"));
 * store.find("example.org").ifPresent(kept -> System.out.println(kept.expires()));
 * }</pre>
 *
 * <p>That a policy outlives the process is what protects mail from an attacker who can interfere with DNS or HTTPS later (RFC 8461
 * section 10.2): prefer one on a disk. Losing an entry costs a fetch, and this protection until it has succeeded.
 *
 * <p>Safe for use by several threads. What a method throws counts as that nothing was found or kept. Domains are in ASCII and lower case,
 * without a dot at their end. Expired policies are kept until they are removed or replaced: whoever asks looks at the time.
 */
public interface PolicyStore {

    /**
     * The policy of a domain.
     *
     * @param domain whose
     * @return empty if there is none, or it cannot be read
     */
    Optional<StoredPolicy> find(String domain);

    /**
     * Keeps a policy, in place of the one that the domain had.
     *
     * @param policy to keep; an implementation may forget others for it
     */
    void keep(StoredPolicy policy);

    /**
     * Forgets the policy of a domain.
     *
     * @param domain whose; it need not have one
     */
    void remove(String domain);

    /**
     * The domains of which there are policies, for refreshing them.
     *
     * @return in any order, as they are now
     */
    List<String> domains();

    /**
     * Makes a store in this process.
     *
     * @param max the maximum number of domains, at least 1; beyond it, the least recently used one is forgotten. So are those with
     *     policies that take more than 4 KiB in memory, of some twenty hosts, where all together take more than that for each
     *     domain, or than 1 MiB if that is more
     * @return an empty store
     * @throws IllegalArgumentException if {@code max} is less than 1
     */
    static PolicyStore inMemory(int max) {
        return new MemoryStore(max);
    }

    /**
     * Makes a store of one file for each domain. A file is replaced as a whole (atomic rename), and several processes may share the
     * folder. A file that cannot be read or is damaged counts as none. A policy of a domain of more than 200 characters is not kept. There
     * is no bound on the number of files: {@link StsPolicies#refreshDue} removes those that are not used.
     *
     * @param folder made when the first policy is kept; only this user should be able to write there
     * @return a store with what the folder has
     */
    static PolicyStore inFolder(Path folder) {
        return new FolderStore(folder);
    }
}
