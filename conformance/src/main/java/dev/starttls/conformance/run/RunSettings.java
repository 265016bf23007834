package dev.starttls.conformance.run;

import java.time.Duration;

/**
 * How to run.
 *
 * @param parallel how many checks at once, at least 1; most have one connection open at a time
 * @param each the longest any one check may take
 * @param total the longest all checks of one target may take together
 */
public record RunSettings(int parallel, Duration each, Duration total) {
    /** For so long a wait for one answer: a check may wait four times, a target fifteen minutes. */
    public static RunSettings of(int parallel, Duration answer) {
        return new RunSettings(parallel, answer.multipliedBy(4), Duration.ofMinutes(15));
    }
}
