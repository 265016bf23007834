package dev.starttls.smtp.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a report is sent, and sent again (RFC 8460 sections 4.1 and 5.5). A value: nothing waits here.
 *
 * <pre>{@code
 * ReportAttempts attempts = ReportAttempts.after(report, random);
 * Instant due = attempts.nextAttempt().orElseThrow();     // up to four hours after the day
 * attempts = attempts.afterFailure();                     // 15 minutes later, then 30, 60 and so on
 * }</pre>
 *
 * <p>The first attempt is up to {@link #MAX_DELAY} after the end of the report, at random, so that not all senders report to a domain at
 * once. Each wait is twice as long as the one before, and no attempt is made later than {@link #MAX_RETRY} after the first: seven in
 * all. All destinations of the record count as one attempt: a report that one of them has accepted is delivered.
 *
 * @param first the time of the first attempt
 * @param failed how many attempts have failed, 0 or more
 */
public record ReportAttempts(Instant first, int failed) {

    /** The longest random delay before the first attempt (RFC 8460 section 4.1). */
    public static final Duration MAX_DELAY = Duration.ofHours(4);

    /** The time after the first attempt in which it is repeated (RFC 8460 section 5.5). */
    public static final Duration MAX_RETRY = Duration.ofHours(24);

    /** Long enough for a server to be started again. */
    private static final Duration FIRST_WAIT = Duration.ofMinutes(15);

    /** Beyond it every attempt is too late. */
    private static final int MAX_DOUBLINGS = 20;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the number of failures is negative
     */
    public ReportAttempts {
        Objects.requireNonNull(first, "first: expected the time of the first attempt, got null");
        if (failed < 0) {
            throw new IllegalArgumentException("failed: expected 0 or more, got " + failed);
        }
    }

    /**
     * Of a report of which no attempt was made.
     *
     * @param report to be sent
     * @param random that the delay comes from
     * @return attempts of which the first is 1 second to 4 hours after the end of the report
     */
    public static ReportAttempts after(TlsReport report, RandomGenerator random) {
        return new ReportAttempts(report.end().plusSeconds(1 + random.nextLong(MAX_DELAY.toSeconds())), 0);
    }

    /**
     * When the next attempt is due; at once if that is over.
     *
     * @return empty if there is to be none
     */
    public Optional<Instant> nextAttempt() {
        long waits = (1L << Math.min(failed, MAX_DOUBLINGS)) - 1;
        Duration after = FIRST_WAIT.multipliedBy(waits);
        return after.compareTo(MAX_RETRY) > 0 ? Optional.empty() : Optional.of(first.plus(after));
    }

    /**
     * The same after an attempt that has failed at all destinations.
     *
     * @return another value
     */
    public ReportAttempts afterFailure() {
        return new ReportAttempts(first, Math.addExact(failed, 1));
    }
}
