package dev.starttls.conformance.domain;

import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import java.util.Optional;

/**
 * A server of a domain at one of its addresses.
 *
 * @param role what the domain has it for: {@code MX 10}, {@code imaps}
 * @param use whether it takes mail for the domain
 * @param target with the address, unless there is none
 * @param unchecked why no connection was made; empty if one was, or will be
 * @param report what was found of it; empty until it was checked, and if it is not
 */
public record DomainHost(
        String role, Use use, Target target, Optional<String> unchecked, Optional<TargetReport> report) {
    /** What a server is for. */
    enum Use {
        /** It takes mail for the domain. */
        MX,
        /** Users submit or read mail there. */
        SERVICE
    }

    /** The same with a report. */
    DomainHost with(TargetReport checked) {
        return new DomainHost(role, use, target, unchecked, Optional.of(checked));
    }

    /** The name that the domain has for it. */
    String name() {
        return target.host();
    }

    /** The TLS that it has shown. */
    Optional<HandshakeResult.Done> tls() {
        return report.flatMap(checked -> checked.survey().tls());
    }

    /** Why it was not reached, or what it spoke instead; empty if it speaks the protocol. */
    Optional<String> problem() {
        return unchecked.or(() -> report.isEmpty()
                ? Optional.of("it was not checked")
                : report.flatMap(checked -> checked.survey().problem()));
    }
}
