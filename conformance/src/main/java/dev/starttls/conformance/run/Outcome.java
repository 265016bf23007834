package dev.starttls.conformance.run;

/** The outcome of a run, and its exit status. In order of severity: of several targets the most severe counts. */
public enum Outcome {
    PASSED(0),
    USAGE(2),
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
