package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A proxy's dialogue as any other: it is bounded, contained and driven as those are, and hands its connection over in plaintext. */
final class ProxyConversation implements Dialogue {

    private final ProxyDialogue dialogue;
    private final String purpose;

    /**
     * A dialogue that has not begun.
     *
     * @param purpose what the proxy is to do, for messages
     */
    ProxyConversation(ProxyDialogue dialogue, String purpose) {
        this.dialogue = dialogue;
        this.purpose = purpose;
    }

    @Override
    public String protocol() {
        return "proxy";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public Phase firstPhase() {
        return Phase.CONNECT;
    }

    @Override
    public Step opened() {
        return step(dialogue.opened());
    }

    @Override
    public Step received(String line) {
        return octets(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Step octets(byte[] octets) {
        return step(dialogue.received(octets));
    }

    @Override
    public Step secured() {
        throw new IllegalStateException("Expected no handshake with a proxy, got one");
    }

    private Step step(ProxyStep next) {
        Objects.requireNonNull(next, "Expected the ProxyDialogue to return a step, got null");
        if (next instanceof ProxyStep.Ask ask) {
            return new Step.Await(Phase.CONNECT, ask.output(), ask.reply());
        }
        if (next instanceof ProxyStep.Refuse refusal) {
            return new Step.Fail(
                    FailureReason.CONNECT_FAILED,
                    purpose + ": expected " + refusal.expected() + ", got another reply",
                    refusal.reply(),
                    Output.none(),
                    refusal.hint().isEmpty()
                            ? "See whether the proxy may connect to this host and port, and what its log says"
                            : refusal.hint());
        }
        // There is no TLS with the proxy, and none was asked for.
        return new Step.Decline(FailureReason.REFUSED, "");
    }
}
