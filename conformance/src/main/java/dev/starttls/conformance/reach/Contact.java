package dev.starttls.conformance.reach;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;

/** The result of probing a target. */
public sealed interface Contact {
    /** A server answers; the checks find out which and how well. */
    record Made() implements Contact {}

    /**
     * No server answers.
     *
     * @param reason the reason that the library's client reports
     * @param phase the phase in which the client gave up
     * @param description a sentence for the report, without its full stop
     */
    record Failed(FailureReason reason, Phase phase, String description) implements Contact {}
}
