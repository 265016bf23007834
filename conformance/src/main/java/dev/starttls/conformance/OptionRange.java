package dev.starttls.conformance;

/** The numbers that options may have. */
final class OptionRange {
    /** The highest port. */
    static final int MAX_PORT = 65_535;

    private OptionRange() {}

    /**
     * Refuses a number that is out of range.
     *
     * @param unit what is counted, with a space before it; empty for nothing
     */
    static void require(String option, int value, int min, int max, String unit) throws UsageException {
        if (value < min || value > max) {
            throw new UsageException(option + " is " + min + " to " + max + unit + ", not " + value);
        }
    }

    /** Refuses what is no port to connect to. */
    static void requirePort(String option, int value) throws UsageException {
        require(option, value, 1, MAX_PORT, "");
    }
}
