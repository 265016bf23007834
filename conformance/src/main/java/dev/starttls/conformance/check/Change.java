package dev.starttls.conformance.check;

import java.util.Locale;

/** What became of a check since the baseline, an earlier report of the same target. */
public enum Change {
    /** It fails, and did not fail in the baseline. */
    NEW_FAILURE,
    /** It warns, and neither warned nor failed in the baseline. */
    NEW_WARNING,
    /** It failed in the baseline, and is only a warning now. */
    IMPROVED,
    /** It failed or warned in the baseline, and passes now. */
    FIXED,
    /** It failed or warned in the baseline, and was not observed now: nothing shows that it is fixed. */
    UNCONFIRMED,
    /** It passed, was skipped or was inconclusive, in another way than in the baseline. */
    DIFFERENT,
    /** It has the verdict of the baseline. */
    SAME;

    /** As reports write it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
