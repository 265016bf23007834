package dev.starttls.conformance.check;

/** When a check is started. */
public enum Priority {
    /** Before the others: it mostly waits, and others can run meanwhile. */
    EARLY,
    /** In the order of the ids. */
    NORMAL
}
