package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.TurnedAway;
import dev.starttls.conformance.check.Verdict;
import java.time.Duration;
import java.util.Optional;

/** A check that was run, and the context that it was run in. */
record Ran(CheckResult result, CheckContext context) {
    /** A check that was not run, for this reason. */
    static Ran not(Check check, Verdict why, CheckContext context) {
        return new Ran(new CheckResult(check, why, context.transcript().entries(), Duration.ZERO), context);
    }

    Check check() {
        return result.check();
    }

    /** How the server turned away a connection of the check. */
    Optional<TurnedAway> turnedAway() {
        return context.turnedAway();
    }

    /**
     * Whether nothing is wrong, so that a limit of the server cannot be the reason; nor did the server end a connection
     * without an answer, as it does when it dies, or say nothing before TLS, as it does when it takes no more.
     */
    boolean good() {
        Status status = result.verdict().status();
        return turnedAway().isEmpty()
                && context.cuts().isEmpty()
                && !context.unheard()
                && (status == Status.PASS || status == Status.SKIP);
    }

    /** The same with another verdict. */
    Ran with(Verdict verdict) {
        return new Ran(new CheckResult(result.check(), verdict, result.transcript(), result.took()), context);
    }
}
