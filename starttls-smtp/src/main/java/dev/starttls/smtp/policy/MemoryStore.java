package dev.starttls.smtp.policy;

import java.util.List;
import java.util.Optional;

/** Keeps policies in this process. */
final class MemoryStore implements PolicyStore {

    /** What a policy may take that is forgotten for its age alone: a usual one has less than a quarter of that. */
    static final int SHARE_OCTETS = 4_096;
    /** Room for some large ones in a store of few. */
    private static final long MIN_OCTETS = 1_048_576;

    private final Recent<StoredPolicy> policies;

    MemoryStore(int max) {
        policies = new Recent<>(
                max, stored -> stored.policy().octets(), SHARE_OCTETS, Math.max(MIN_OCTETS, (long) max * SHARE_OCTETS));
    }

    @Override
    public Optional<StoredPolicy> find(String domain) {
        return policies.find(domain);
    }

    @Override
    public void keep(StoredPolicy policy) {
        policies.keep(policy.domain(), policy);
    }

    @Override
    public void remove(String domain) {
        policies.remove(domain);
    }

    @Override
    public List<String> domains() {
        return policies.names();
    }
}
