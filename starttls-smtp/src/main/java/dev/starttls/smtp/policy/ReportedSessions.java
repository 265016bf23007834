package dev.starttls.smtp.policy;

import java.util.List;
import java.util.Objects;

/**
 * What became of the sessions under one policy, as TLS reports have it (RFC 8460 section 4.4).
 *
 * <pre>{@code
 * for (ReportedSessions sessions : report.sessions()) {
 *     alarm.when(sessions.failed() > 0, sessions.policy().domain());
 * }
 * }</pre>
 *
 * @param policy that they were under
 * @param successful how many went well, 0 to {@value ReportedFailure#MAX_SESSIONS}
 * @param failed how many did not, 0 to {@value ReportedFailure#MAX_SESSIONS}; not all of them need to be among the failures
 * @param failures those that failed alike together; may be empty
 */
public record ReportedSessions(ReportedPolicy policy, long successful, long failed, List<ReportedFailure> failures) {

    /**
     * Checks the bounds, and keeps its own copy of the list.
     *
     * @throws IllegalArgumentException if a number is out of bounds
     */
    public ReportedSessions {
        Objects.requireNonNull(policy, "policy: expected a ReportedPolicy, got null; ReportedPolicy.none is for none");
        ReportedFailure.requireCount(successful, "successful");
        ReportedFailure.requireCount(failed, "failed");
        failures = List.copyOf(failures);
    }
}
