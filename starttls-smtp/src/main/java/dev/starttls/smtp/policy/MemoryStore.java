package dev.starttls.smtp.policy;

import java.util.List;
import java.util.Optional;

/** Keeps policies in this process. */
final class MemoryStore implements PolicyStore {

    private final Recent<StoredPolicy> policies;

    MemoryStore(int max) {
        policies = new Recent<>(max);
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
