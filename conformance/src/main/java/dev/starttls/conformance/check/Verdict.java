package dev.starttls.conformance.check;

/**
 * What a check found.
 *
 * @param detail what was observed, as a sentence without the full stop; the reason for skip and inconclusive
 */
public record Verdict(Status status, String detail) {
    public static Verdict pass(String detail) {
        return new Verdict(Status.PASS, detail);
    }

    public static Verdict fail(String detail) {
        return new Verdict(Status.FAIL, detail);
    }

    public static Verdict warn(String detail) {
        return new Verdict(Status.WARN, detail);
    }

    public static Verdict skip(String reason) {
        return new Verdict(Status.SKIP, reason);
    }

    public static Verdict inconclusive(String reason) {
        return new Verdict(Status.INCONCLUSIVE, reason);
    }

    /**
     * An answer came, and does not decide: with a login, another address or another configuration it might. Unlike {@link
     * #inconclusive}, which is for want of an answer, it does not keep a run from passing.
     */
    public static Verdict undecided(String reason) {
        return new Verdict(Status.INCONCLUSIVE, reason);
    }

    /** The verdict as the level allows it: violating a SHOULD is at most a warning. */
    Verdict at(Level level) {
        return level == Level.SHOULD && status == Status.FAIL ? warn(detail) : this;
    }
}
