package dev.starttls.conformance.survey;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts how far a survey is. Safe for use by several threads. */
public final class SurveyTally {
    private final Map<SurveyStatus, Long> done = new EnumMap<>(SurveyStatus.class);
    private long begun;
    private long unverified;

    /** A target is asked. */
    public synchronized void begun() {
        begun++;
    }

    /** Its result is written. */
    public synchronized void done(SurveyResult result) {
        done.merge(result.status(), 1L, Long::sum);
        unverified += result.tls().filter(tls -> !tls.verified()).isPresent() ? 1 : 0;
    }

    /** How many targets have their result. */
    public synchronized long done() {
        return done.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many targets have this result. */
    public synchronized long count(SurveyStatus status) {
        return done.getOrDefault(status, 0L);
    }

    /** How many handshakes were done with a certificate that a client which verifies refuses. */
    public synchronized long unverified() {
        return unverified;
    }

    /** How many targets were asked and have no result. */
    public synchronized long unfinished() {
        return begun - done();
    }

    /**
     * The counts for Prometheus, in its text exposition format.
     *
     * @param slowed how many operators are asked more slowly
     */
    public synchronized String metrics(int slowed) {
        StringBuilder text = new StringBuilder(
                """
                # HELP conformance_survey_targets_total Targets with a result.
                # TYPE conformance_survey_targets_total counter
                """);
        for (SurveyStatus status : SurveyStatus.values()) {
            text.append("conformance_survey_targets_total{status=\"")
                    .append(status.key())
                    .append("\"} ")
                    .append(count(status))
                    .append('\n');
        }
        return text.append(
                        "# HELP conformance_survey_unverified_total Handshakes with a certificate that is not good.\n")
                .append("# TYPE conformance_survey_unverified_total counter\nconformance_survey_unverified_total ")
                .append(unverified)
                .append("\n# HELP conformance_survey_underway Targets that are being asked.\n")
                .append("# TYPE conformance_survey_underway gauge\nconformance_survey_underway ")
                .append(unfinished())
                .append("\n# HELP conformance_survey_slowed Operators that turned this client away lately.\n")
                .append("# TYPE conformance_survey_slowed gauge\nconformance_survey_slowed ")
                .append(slowed)
                .append('\n')
                .toString();
    }

    /** The results by status, in words: those of which there are any. */
    public synchronized String description() {
        return done() + (done() == 1 ? " target" : " targets") + " done"
                + done.entrySet().stream()
                        .map(each -> each.getValue() + " " + each.getKey().key()
                                + (each.getKey() == SurveyStatus.SUCCESS && unverified > 0
                                        ? " (" + unverified + " of them not verified)"
                                        : ""))
                        .collect(Collectors.joining(", ", done.isEmpty() ? "" : ": ", ""));
    }
}
