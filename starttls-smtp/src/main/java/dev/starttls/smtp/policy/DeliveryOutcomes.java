package dev.starttls.smtp.policy;

/**
 * Takes the outcomes of sessions, for TLS reports and statistics.
 *
 * <pre>{@code
 * DeliveryOutcomes log = outcome -> System.out.println(outcome.mxHost() + ": " + outcome.resultType().orElse("ok"));
 * }</pre>
 *
 * <p>Called by the threads that deliver, several at once, in the middle of their work: return soon and do not throw. What it throws ends the
 * connection, as an exception of an {@link dev.starttls.core.upgrade.UpgradeListener} does.
 */
@FunctionalInterface
public interface DeliveryOutcomes {

    /** Ignores all outcomes. */
    DeliveryOutcomes NONE = outcome -> {};

    /**
     * Takes one outcome.
     *
     * @param outcome of one session
     */
    void add(DeliveryOutcome outcome);
}
