package dev.starttls.conformance.run;

/** What a run comes to, and the exit status that tells it. In order of weight: of several targets the last counts. */
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

    /** The weightier of two. */
    public Outcome or(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
