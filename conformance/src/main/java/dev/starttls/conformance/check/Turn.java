package dev.starttls.conformance.check;

/** When a check is begun. */
public enum Turn {
    /** Before the others: it is mostly waiting, and others can be made meanwhile. */
    EARLY,
    /** In the order of the ids. */
    USUAL
}
