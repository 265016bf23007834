package dev.starttls.conformance.reach;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;

/** What became of asking whether somebody answers. */
public sealed interface Contact {
    /** Somebody answers; who it is and how well, the checks will say. */
    record Made() implements Contact {}

    /**
     * Nobody does.
     *
     * @param reason of the library's client
     * @param phase in which it gave up
     * @param told a sentence for the report, without its full stop
     */
    record Failed(FailureReason reason, Phase phase, String told) implements Contact {}
}
