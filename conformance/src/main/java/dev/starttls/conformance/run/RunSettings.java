package dev.starttls.conformance.run;

import java.time.Duration;

/**
 * How to run.
 *
 * @param parallel how many checks at once, at least 1; most have one connection open at a time
 * @param each the longest any one check may take
 * @param total the longest that one target may take, all included but the lookup of its name
 */
public record RunSettings(int parallel, Duration each, Duration total) {
    private static final int ANSWERS_EACH = 4;
    private static final int ANSWERS_TOTAL = 12;
    private static final Duration LEAST_TOTAL = Duration.ofMinutes(15);

    /** For so long a wait for one answer: a check may wait four times, a target fifteen minutes or twelve times. */
    public static RunSettings of(int parallel, Duration answer) {
        Duration total = answer.multipliedBy(ANSWERS_TOTAL);
        return new RunSettings(
                parallel, answer.multipliedBy(ANSWERS_EACH), total.compareTo(LEAST_TOTAL) < 0 ? LEAST_TOTAL : total);
    }
}
