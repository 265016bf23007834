package dev.starttls.conformance;

/** The sentence that says which numbers are possible. */
final class OptionRange {
    /** The highest port. */
    static final int MAX_PORT = 65_535;

    private OptionRange() {}

    /** Refuses a number that is out of range. */
    static void require(String what, int value, int min, int max) throws UsageException {
        if (value < min || value > max) {
            throw new UsageException(message(what, min, max, "", String.valueOf(value)));
        }
    }

    /**
     * What to say to somebody who wrote something else.
     *
     * @param unit what is counted, with a space before it; empty for nothing
     */
    static String message(String what, int min, int max, String unit, String value) {
        return what + " is " + min + " to " + max + unit + ", not " + value;
    }
}
