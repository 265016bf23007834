package dev.starttls.conformance.report;

/** Whether a server may be relied on. */
public enum Reliance {
    /** No MUST and no security check failed. */
    YES,
    /** What fails is accepted or in the baseline. */
    KNOWN_FAILURES,
    NO,
    /** It was not reached, checks had no answer, or those of a level were not run. */
    UNKNOWN
}
