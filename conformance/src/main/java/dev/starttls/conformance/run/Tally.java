package dev.starttls.conformance.run;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts how far the targets of a run are. Safe for use by several threads. */
public final class Tally {
    private final Map<Outcome, Long> done = new EnumMap<>(Outcome.class);
    private long begun;
    private long probed;
    private long waiting;
    private long checked;

    /** A target is started. */
    public synchronized void begun() {
        begun++;
    }

    /** It will have no report of its own. */
    public synchronized void omitted() {
        begun--;
    }

    /** It is probed. */
    public synchronized void probed() {
        probed++;
    }

    /** It answers, and waits for a worker. */
    public synchronized void answered() {
        probed--;
        waiting++;
    }

    /** It does not answer. */
    public synchronized void silent() {
        probed--;
    }

    /** A worker takes it. */
    public synchronized void taken() {
        waiting--;
        checked++;
    }

    /** The worker has checked it. */
    public synchronized void left() {
        checked--;
    }

    /** Its report is written. */
    public synchronized void done(Outcome outcome) {
        done.merge(outcome, 1L, Long::sum);
    }

    /** How many targets have their report. */
    public synchronized long done() {
        return done.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many targets were started and have no report. */
    public synchronized long unfinished() {
        return begun - done();
    }

    /** What is done, in words. */
    public synchronized String description() {
        return done() + (done() == 1 ? " target" : " targets") + " done: " + done.getOrDefault(Outcome.PASSED, 0L)
                + " passed, " + done.getOrDefault(Outcome.FAILED, 0L) + " failed, "
                + done.getOrDefault(Outcome.UNREACHABLE, 0L) + " not reached";
    }

    /** What is done and what is going on, in as few words as fit on a line. */
    public synchronized String status() {
        return done() + " done, " + done.getOrDefault(Outcome.FAILED, 0L) + " failed, "
                + done.getOrDefault(Outcome.UNREACHABLE, 0L) + " not reached; " + underway();
    }

    /** The counts for Prometheus, in its text exposition format. */
    public synchronized String metrics() {
        StringBuilder text = new StringBuilder(
                """
                # HELP conformance_targets_total Targets with a report.
                # TYPE conformance_targets_total counter
                """);
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.USAGE) {
                text.append("conformance_targets_total{outcome=\"")
                        .append(outcome.name().toLowerCase(Locale.ROOT))
                        .append("\"} ")
                        .append(done.getOrDefault(outcome, 0L))
                        .append('\n');
            }
        }
        return text.append(
                        """
                # HELP conformance_underway Targets without a report, by what they wait for.
                # TYPE conformance_underway gauge
                conformance_underway{state="probing"} %d
                conformance_underway{state="waiting"} %d
                conformance_underway{state="checking"} %d
                """
                                .formatted(probed, waiting, checked))
                .toString();
    }

    /** What is going on, in words. */
    public synchronized String underway() {
        return probed + " probing, " + waiting + " waiting, " + checked + " checking";
    }
}
