package dev.starttls.conformance.check;

import java.util.Locale;

/** The verdict in one word. */
public enum Status {
    PASS,
    FAIL,
    /** Something is not as it should be, but no MUST is violated. */
    WARN,
    /** The check does not apply to this target, or the target does not offer what the check is about. */
    SKIP,
    /** What the check is about could not be observed; a verdict is never guessed. */
    INCONCLUSIVE;

    /** As reports write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
