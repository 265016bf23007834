package dev.starttls.conformance.check;

import java.util.Locale;

/** The verdict in one word. */
public enum Mark {
    PASS,
    FAIL,
    /** Not as it should be, and no MUST is broken. */
    WARN,
    /** Does not apply to this target, or it does not offer what the check is about. */
    SKIP,
    /** Should have been seen and could not; never guessed. */
    INCONCLUSIVE;

    /** As reports write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
