package dev.starttls.conformance.domain;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Verdict;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A check of a domain, and how it judges. */
sealed interface DomainRule {
    /** What reports print of it. */
    Check check();

    /** It judges the domain as a whole. */
    record OfDomain(Check check, Function<DomainFacts, Verdict> judge) implements DomainRule {}

    /** It judges each server that takes mail. */
    record OfMx(Check check, BiFunction<DomainFacts, DomainHost, Verdict> judge) implements DomainRule {}

    /** It judges each server at which users submit or read mail. */
    record OfService(Check check, BiFunction<DomainFacts, DomainHost, Verdict> judge) implements DomainRule {}

    /** It judges each server, whatever it is for. */
    record OfHost(Check check, BiFunction<DomainFacts, DomainHost, Verdict> judge) implements DomainRule {}
}
