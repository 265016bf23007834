package dev.starttls.conformance.check;

import dev.starttls.conformance.target.Target;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Checks in the order of their ids. */
public final class Catalogue {
    private final List<Check> checks;

    private Catalogue(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /**
     * All checks of the topics.
     *
     * @throws IllegalArgumentException if two have the same id
     */
    public static Catalogue of(Collection<Topic> topics) {
        TreeMap<String, Check> byId = new TreeMap<>();
        for (Topic topic : topics) {
            for (Check check : topic.checks()) {
                if (byId.put(check.id(), check) != null) {
                    throw new IllegalArgumentException("two checks are called " + check.id());
                }
            }
        }
        return new Catalogue(
                byId.values().stream().sorted(Comparator.comparing(Check::id)).toList());
    }

    public List<Check> all() {
        return checks;
    }

    /** Those that know the target's protocol. */
    public List<Check> concerning(Target target) {
        return checks.stream().filter(check -> check.concerns(target)).toList();
    }

    /** The check called so, in any case. */
    public Optional<Check> find(String id) {
        return checks.stream().filter(check -> check.id().equalsIgnoreCase(id)).findFirst();
    }
}
