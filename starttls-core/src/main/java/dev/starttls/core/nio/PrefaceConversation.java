package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** A preface as any other dialogue: it is bounded, contained and driven as those are, and hands its connection over in plaintext. */
final class PrefaceConversation implements Dialogue {

    private final Function<Peer, PrefaceDialogue> dialogues;
    private final Peer from;
    private Optional<PrefaceDialogue> dialogue = Optional.empty();
    private Peer client;

    /**
     * A dialogue that has not begun.
     *
     * @param dialogues makes what is read, once the connection is open: what it throws is then this connection's failure
     * @param from where the connection comes from
     */
    PrefaceConversation(Function<Peer, PrefaceDialogue> dialogues, Peer from) {
        this.dialogues = dialogues;
        this.from = from;
        this.client = from;
    }

    /** Whom the session is with, once this is over. */
    Peer client() {
        return client;
    }

    @Override
    public String protocol() {
        return "preface";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Phase firstPhase() {
        return Phase.CONNECT;
    }

    @Override
    public Step opened() {
        PrefaceDialogue made = Objects.requireNonNull(
                dialogues.apply(from), "preface: expected the function to make a dialogue, got null");
        dialogue = Optional.of(made);
        return step(made.opened());
    }

    @Override
    public Step received(String line) {
        return octets(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Step octets(byte[] octets) {
        return step(dialogue.orElseThrow().received(octets));
    }

    @Override
    public Step secured() {
        throw new IllegalStateException("Expected no handshake before the session, got one");
    }

    private Step step(PrefaceStep next) {
        Objects.requireNonNull(next, "Expected the PrefaceDialogue to return a step, got null");
        if (next instanceof PrefaceStep.Read read) {
            return new Step.Await(Phase.CONNECT, Output.none(), read.frame());
        }
        if (next instanceof PrefaceStep.Refuse refusal) {
            return new Step.Fail(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected " + refusal.expected() + " from " + from + " before the session, got "
                            + (refusal.got().isEmpty() ? "something else" : refusal.got()),
                    "",
                    Output.none(),
                    refusal.hint().isEmpty()
                            ? "See what connects to this port, and whether it is to be believed: ServerSetup.preface"
                            : refusal.hint());
        }
        client = ((PrefaceStep.Accept) next).client().orElse(from);
        return Step.ready();
    }
}
