package dev.starttls.conformance.check;

/**
 * What a check found.
 *
 * @param detail what was observed, as a sentence without the full stop; the reason for skip and inconclusive
 */
public record Verdict(Mark mark, String detail) {
    public static Verdict pass(String detail) {
        return new Verdict(Mark.PASS, detail);
    }

    public static Verdict fail(String detail) {
        return new Verdict(Mark.FAIL, detail);
    }

    public static Verdict warn(String detail) {
        return new Verdict(Mark.WARN, detail);
    }

    public static Verdict skip(String reason) {
        return new Verdict(Mark.SKIP, reason);
    }

    public static Verdict inconclusive(String reason) {
        return new Verdict(Mark.INCONCLUSIVE, reason);
    }

    /** The verdict as the level allows it: violating a SHOULD is at most a warning. */
    Verdict at(Level level) {
        return level == Level.SHOULD && mark == Mark.FAIL ? warn(detail) : this;
    }
}
