package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Topic;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The checks of domains. */
public final class DomainTopic implements Topic {
    private static final List<DomainRule> RULES = Stream.of(
                    MxTopic.rules(),
                    DaneTopic.rules(),
                    StsTopic.rules(),
                    ReportingTopic.rules(),
                    CaaTopic.rules(),
                    ServiceTopic.rules(),
                    ServiceDaneTopic.rules())
            .flatMap(List::stream)
            .sorted(Comparator.comparing((DomainRule rule) -> rule.check().id()))
            .toList();

    /** In the order of the ids. */
    static List<DomainRule> rules() {
        return RULES;
    }

    @Override
    public List<Check> checks() {
        return RULES.stream().map(DomainRule::check).toList();
    }
}
