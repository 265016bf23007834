package dev.starttls.core.nio;

import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;

/** Says to one client too many that it is, in the clear, and nothing else. */
final class RefusingDialogue implements Dialogue {

    private final Dialogue dialogue;
    private final TlsPolicy policy;
    private final String limit;

    /** In the words of the dialogue that would have served it; under IMPLICIT without words, since no TLS is spoken. */
    RefusingDialogue(Dialogue dialogue, TlsPolicy policy, String limit) {
        this.dialogue = dialogue;
        this.policy = policy;
        this.limit = limit;
    }

    @Override
    public String protocol() {
        return dialogue.protocol();
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return new Step.Fail(
                FailureReason.LIMIT_EXCEEDED,
                "Expected " + limit + ", got one more",
                "",
                policy == TlsPolicy.IMPLICIT ? Output.none() : dialogue.lastLines(ClosingReason.BUSY),
                "If such clients are to be served, raise the bound: ConnectionLimits, given by connectionLimits(...)");
    }

    @Override
    public Step secured() {
        throw new IllegalStateException("Expected a refusal in the clear, got a handshake");
    }
}
