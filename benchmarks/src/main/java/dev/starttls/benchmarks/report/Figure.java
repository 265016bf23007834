package dev.starttls.benchmarks.report;

import java.util.Map;
import java.util.Optional;

/**
 * One figure of one contestant.
 *
 * @param measured what was measured, by its name in the code: figures are comparable only if they have the same name
 *     and the same condition
 * @param condition what all contestants had in common, by name
 * @param contestant by its name in the code
 * @param title by its name for readers
 * @param unit of the value
 * @param value where the samples lie
 * @param toFloor the ratio to the floor of the same rounds, where there is a floor
 */
public record Figure(
        String measured,
        Map<String, String> condition,
        String contestant,
        String title,
        String unit,
        Spread value,
        Optional<Ratio> toFloor) {}
