package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Verdict;

/**
 * What only a person sees, in the client's window: asked for where the octets do not decide.
 *
 * @param what the client must not show, as in "did the client show ...?"
 */
public record Sighting(String what) {
    /** The verdict if the person saw it. */
    public Verdict seen() {
        return Verdict.fail("the person at the client saw " + what);
    }

    /** The verdict if the person looked for it in vain. */
    public Verdict unseen() {
        return Verdict.pass("the person at the client did not see " + what);
    }
}
