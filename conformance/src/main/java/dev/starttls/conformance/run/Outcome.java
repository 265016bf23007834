package dev.starttls.conformance.run;

/**
 * The outcome of a run, and its exit status. In order of severity: of several targets the most severe counts.
 *
 * <p>This is the rule: a target has failed if a check of level MUST or SECURITY failed. It was not reached if no
 * connection could be made, it spoke another protocol, or it turned us away, at once or later. Something is unanswered if
 * a check of level MUST or SECURITY was inconclusive for want of an answer. Otherwise it has passed.
 */
public enum Outcome {
    PASSED(0),
    USAGE(2),
    UNANSWERED(3),
    UNREACHABLE(3),
    FAILED(1);

    private final int status;

    Outcome(int status) {
        this.status = status;
    }

    /** The exit status of the command. */
    public int status() {
        return status;
    }

    /** The more severe of two. */
    public Outcome or(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
