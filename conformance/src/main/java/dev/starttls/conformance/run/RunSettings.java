package dev.starttls.conformance.run;

import java.time.Duration;

/**
 * The limits of a run.
 *
 * @param parallel how many checks run at the same time, at least 1; most have one connection open at a time
 * @param each the maximum time of one check, or between two steps of a check that reports progress
 * @param total the maximum time of one target, including everything except the lookup of its name
 * @param greeting the longest wait for the first greeting of a target, if that is more than for an answer
 * @param interval the least time between two connections to one target
 */
public record RunSettings(int parallel, Duration each, Duration total, Duration greeting, Duration interval) {
    private static final int ANSWERS_EACH = 4;
    private static final int ANSWERS_TOTAL = 12;
    /** A check that a server keeps busy leaves most of the target's time to the other checks. */
    private static final int EXTENDED_PART = 3;

    /** RFC 5321 section 4.5.3.2.1; servers that let clients wait before they greet rely on it. */
    private static final Duration FIRST_GREETING = Duration.ofMinutes(5);

    private static final Duration MIN_TOTAL = Duration.ofMinutes(15);

    /** Limits with a greeting that is an answer like others, and connections as fast as they can be made. */
    public RunSettings(int parallel, Duration each, Duration total) {
        this(parallel, each, total, Duration.ZERO, Duration.ZERO);
    }

    /**
     * The limits for this time per answer: four times it for a check; twelve times it for a target, but at least
     * fifteen minutes; five minutes for the first greeting.
     */
    public static RunSettings of(int parallel, Duration answer) {
        Duration total = answer.multipliedBy(ANSWERS_TOTAL);
        return new RunSettings(
                parallel,
                answer.multipliedBy(ANSWERS_EACH),
                total.compareTo(MIN_TOTAL) < 0 ? MIN_TOTAL : total,
                FIRST_GREETING,
                Duration.ZERO);
    }

    /**
     * The same with so many connections per second and target at most.
     *
     * @param perSecond at least 1
     */
    public RunSettings withRate(int perSecond) {
        return new RunSettings(
                parallel, each, total, greeting, Duration.ofSeconds(1).dividedBy(perSecond));
    }

    /** The maximum time of a check to which the server keeps answering: a third of the target's, if that is more. */
    Duration extended() {
        Duration part = total.dividedBy(EXTENDED_PART);
        return part.compareTo(each) < 0 ? each : part;
    }
}
