package dev.starttls.conformance.check;

import java.util.Locale;

/** How much a check weighs. */
public enum Level {
    /** The letter of an RFC says MUST, or nothing works without it. */
    MUST,
    /** The letter says SHOULD, or the check only records; such a check warns and never fails. */
    SHOULD,
    /** Beyond the letter: an attack works, or does not. */
    SECURITY;

    /** As reports write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
