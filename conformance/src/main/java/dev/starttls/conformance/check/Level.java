package dev.starttls.conformance.check;

import java.util.Locale;

/** How much a check counts. */
public enum Level {
    /** An RFC says MUST, or nothing works without it. */
    MUST,
    /** An RFC says SHOULD, or the check only records what it sees; such a check warns and never fails. */
    SHOULD,
    /** No RFC demands it in so many words: the check shows whether an attack works. */
    SECURITY;

    /** As reports write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
