package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Survey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The phases of the session, one below the other, each at its start time.
 *
 * @param total the time of all phases together
 */
record TimeLine(List<Bar> bars, String total) {
    private static final String HANDSHAKE = "HANDSHAKE";

    /** In percent, so that even the shortest phase is visible. */
    private static final double MIN_WIDTH = 0.8;

    TimeLine {
        bars = List.copyOf(bars);
    }

    /**
     * One phase.
     *
     * @param key clear, handshake or tls
     * @param from where its bar begins, in percent
     * @param width of its bar, in percent
     */
    record Bar(String name, String took, String key, String from, String width) {}

    static TimeLine of(List<Survey.Phase> phases) {
        long total = phases.stream().mapToLong(phase -> phase.took().toNanos()).sum();
        List<Bar> bars = new ArrayList<>();
        String key = "clear";
        long begun = 0;
        for (Survey.Phase phase : phases) {
            boolean handshake = phase.name().equals(HANDSHAKE);
            double width = Math.max(MIN_WIDTH, percent(phase.took().toNanos(), total));
            double from = Math.min(percent(begun, total), 100 - width);
            bars.add(new Bar(
                    phase.name().toLowerCase(Locale.ROOT),
                    millis(phase.took()),
                    handshake ? "handshake" : key,
                    decimal(from),
                    decimal(width)));
            begun += phase.took().toNanos();
            key = handshake ? "tls" : key;
        }
        return new TimeLine(bars, millis(Duration.ofNanos(total)));
    }

    private static double percent(long part, long all) {
        return all == 0 ? 0 : 100.0 * part / all;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String millis(Duration took) {
        return String.format(Locale.ROOT, "%.1f ms", took.toNanos() / 1e6);
    }
}
