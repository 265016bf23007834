package dev.starttls.conformance.check;

/**
 * What a check found.
 *
 * @param detail what was observed, as a sentence without the full stop; the reason for skip and inconclusive
 * @param basis whether an answer of the server is behind it
 */
public record Verdict(Status status, String detail, Basis basis) {
    private static final String ALLOWED = " (allowed by this policy)";
    /** The maximum number of characters of a detail; the transcript of a check has all that the server sent. */
    public static final int MAX_DETAIL = 4_000;

    /** Cuts what is longer than {@value #MAX_DETAIL} characters. */
    public Verdict {
        String end = status == Status.WARN && detail.endsWith(ALLOWED) ? ALLOWED : "";
        detail = cut(detail.substring(0, detail.length() - end.length()), end);
    }

    /** Both, if they are not too long together; otherwise the beginning of the one and all of the other. */
    private static String cut(String detail, String end) {
        if (detail.length() + end.length() <= MAX_DETAIL) {
            return detail + end;
        }
        String rest = "... (" + detail.length() + " characters in all)" + end;
        return beginning(detail, MAX_DETAIL - rest.length()) + rest;
    }

    private static String beginning(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }

    /** What a verdict rests on. */
    public enum Basis {
        /** On what the server sent, or on a rule that needs no answer. */
        OBSERVATION,
        /** On nothing: the answer that the check is about did not come. */
        SILENCE
    }

    public static Verdict pass(String detail) {
        return new Verdict(Status.PASS, detail, Basis.OBSERVATION);
    }

    public static Verdict fail(String detail) {
        return new Verdict(Status.FAIL, detail, Basis.OBSERVATION);
    }

    public static Verdict warn(String detail) {
        return new Verdict(Status.WARN, detail, Basis.OBSERVATION);
    }

    /** A warning of what the user has allowed, by the policy that the subject is configured to. */
    public static Verdict allowed(String detail) {
        return warn(detail + ALLOWED);
    }

    public static Verdict skip(String reason) {
        return new Verdict(Status.SKIP, reason, Basis.OBSERVATION);
    }

    /**
     * The answer did not come: the server did not let the check get as far, sent nothing, or hung up. If the check is of
     * level MUST or SECURITY, the run does not pass.
     */
    public static Verdict inconclusive(String reason) {
        return new Verdict(Status.INCONCLUSIVE, reason, Basis.SILENCE);
    }

    /**
     * An answer came, and does not decide: with a login, another address or another configuration it might. Unlike {@link
     * #inconclusive}, which is for want of an answer, it does not keep a run from passing.
     */
    public static Verdict undecided(String reason) {
        return new Verdict(Status.INCONCLUSIVE, reason, Basis.OBSERVATION);
    }

    /** The same with another text. */
    public Verdict withDetail(String other) {
        return new Verdict(status, other, basis);
    }

    /** The same with this after its detail, of which less is kept if both are too long together; half of all at most. */
    public Verdict followedBy(String remark) {
        return withDetail(cut(detail, beginning(remark, MAX_DETAIL / 2)));
    }

    /** Whether it is a warning of what the user has allowed. */
    public boolean isAllowed() {
        return status == Status.WARN && detail.endsWith(ALLOWED);
    }

    /** What was observed, without a word on whether it is allowed. */
    public String observation() {
        return isAllowed() ? detail.substring(0, detail.length() - ALLOWED.length()) : detail;
    }

    /** Whether it is inconclusive for want of an answer. */
    public boolean unanswered() {
        return status == Status.INCONCLUSIVE && basis == Basis.SILENCE;
    }

    /** The verdict as the level allows it: violating a SHOULD is at most a warning. */
    public Verdict at(Level level) {
        return level == Level.SHOULD && status == Status.FAIL ? warn(detail) : this;
    }
}
