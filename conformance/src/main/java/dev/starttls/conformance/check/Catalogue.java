package dev.starttls.conformance.check;

import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Checks in the order of their ids; those of one id in the order of their protocols. */
public final class Catalogue {
    private static final Comparator<Check> BY_ID = Comparator.comparing(Check::id)
            .thenComparing(check -> check.protocols().stream()
                    .map(Enum::ordinal)
                    .min(Integer::compare)
                    .orElse(0));

    private final List<Check> checks;

    private Catalogue(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /**
     * All checks of the topics.
     *
     * @throws IllegalArgumentException if two checks of one protocol have the same id
     */
    public static Catalogue of(Collection<Topic> topics) {
        List<Check> checks = new ArrayList<>();
        for (Topic topic : topics) {
            checks.addAll(topic.checks());
        }
        checks.sort(BY_ID);
        for (int i = 1; i < checks.size(); i++) {
            Check before = checks.get(i - 1);
            Check check = checks.get(i);
            if (check.id().equals(before.id()) && !Collections.disjoint(check.protocols(), before.protocols())) {
                throw new IllegalArgumentException(
                        "expected one check with an id for each protocol, got two: " + check.id());
            }
        }
        return new Catalogue(checks);
    }

    /** All checks; a check that several protocols share is here once per protocol. */
    public List<Check> all() {
        return checks;
    }

    /** The checks for the target's protocol; no two have the same id. */
    public List<Check> concerning(Target target) {
        return checks.stream().filter(check -> check.concerns(target)).toList();
    }

    /** The check of this protocol with this id, in any case. */
    public Optional<Check> find(String id, Protocol protocol) {
        return checks.stream()
                .filter(check -> check.id().equalsIgnoreCase(id))
                .filter(check -> check.protocols().contains(protocol))
                .findFirst();
    }
}
