package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A client's proposal and what becomes of it: the command leaves, and the one reply to it decides. */
final class ClientUpgrade {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ConnectionContext context;
    private final Termination termination;
    private final DialogueSteps steps;
    private boolean declined;

    ClientUpgrade(ConnectionContext context, Termination termination, DialogueSteps steps) {
        this.context = context;
        this.termination = termination;
        this.steps = steps;
    }

    /** Whether there will be no TLS on this connection. */
    boolean declined() {
        return declined;
    }

    void propose(Step.Propose step) throws IOException {
        requireProposable(step);
        steps.require(
                step.offer() == Step.Offer.READ || context.host().unaskedAllowed(),
                step,
                "an offer that was read; one that was not may be taken up once, after Dialogue.direct");
        if (declinedByPolicy()) {
            return;
        }
        boolean withHello = context.host().sendsHelloWithCommand(step.offer());
        context.tls().ready();
        if (withHello && !context.tls().preparing()) {
            steps.prepare();
        }
        context.record().announcedBefore(context.dialogue().capabilities());
        context.machine().on(withHello ? Event.PROPOSE_WITH_HELLO : Event.PROPOSE);
        context.clock().enter(Phase.COMMAND);
        context.host().proposed(step.offer(), withHello);
        if (context.host().repeatable()) {
            context.clock().halvePatience();
        }
        context.say(step.command());
        context.framing().expect(step.reply());
        context.settings().listener().proposed();
    }

    /** The protocol has no go-ahead: the handshake begins once the command has left. */
    void handOver(Step.HandOver step) throws IOException {
        requireProposable(step);
        steps.require(!step.command().isEmpty(), step, "the upgrade command in Step.HandOver of a client");
        if (declinedByPolicy()) {
            return;
        }
        context.tls().ready();
        context.record().announcedBefore(context.dialogue().capabilities());
        context.machine().on(Event.HAND_OVER);
        context.clock().enter(Phase.COMMAND);
        context.host().proposed(Step.Offer.READ, false);
        context.say(step.command());
        context.settings().listener().proposed();
    }

    private void requireProposable(Step step) {
        steps.require(context.client(), step, "a step of a server; only a client proposes");
        steps.require(context.state() == State.PLAINTEXT, step, "no proposal outside State.PLAINTEXT");
        steps.require(!declined, step, "no proposal after a Step.Decline");
    }

    private boolean declinedByPolicy() throws IOException {
        if (context.policy() != TlsPolicy.DISABLED) {
            return false;
        }
        declined = true;
        steps.carryOut(context.dialogue().declined(FailureReason.NOT_OFFERED), NOTHING);
        return true;
    }

    void goAhead(Step.Proceed step, ByteBuffer following) throws IOException {
        State state = context.state();
        steps.require(state.proposed(), step, "Step.Propose before the go-ahead");
        steps.require(step.goAhead().isEmpty(), step, "Step.Proceed without octets on a client");
        requireCommandLeft("the go-ahead");
        boolean withHello = state == State.PROPOSED_WITH_HELLO;
        // The server may have answered the ClientHello already: what follows is for the pump, which refuses all but
        // records.
        boolean answerable = withHello && !context.tls().wantsSend();
        if (following.hasRemaining() && !answerable) {
            throw termination.fail(
                    FailureReason.PLAINTEXT_INJECTION,
                    "Expected nothing after the go-ahead before the handshake, got " + following.remaining()
                            + " octets in plaintext",
                    Wording.IMPOSTOR);
        }
        context.framing().reset();
        context.machine().on(Event.GO_AHEAD);
        context.host().decided();
        steps.startHandshake();
        if (withHello) {
            context.clock().shortenPatience();
        }
    }

    /** The command was refused that was sent unasked: there may be an offer all the same. */
    void ask(Step.Ask ask) throws IOException {
        State state = context.state();
        steps.require(
                state.proposed() && context.host().proposedUnasked(),
                ask,
                "Step.Propose with Step.Offer.UNREAD before Step.Ask");
        requireCommandLeft("a refusal");
        if (state == State.PROPOSED_WITH_HELLO) {
            throw refused(FailureReason.REFUSED, ask.reply());
        }
        context.machine().on(Event.REFUSE);
        context.host().refusedUnasked();
        context.clock().enter(ask.phase());
        steps.say(ask, ask.output());
    }

    void decline(Step.Decline no) throws IOException {
        State state = context.state();
        steps.require(context.client(), no, "a step of a server; only a client's dialogue declines");
        steps.require(!declined, no, "one Step.Decline");
        steps.require(state == State.PLAINTEXT || state.proposed(), no, "no Step.Decline inside TLS");
        if (state.proposed()) {
            requireCommandLeft("a refusal");
        }
        if (no.reason() == FailureReason.NOT_OFFERED) {
            context.host().decided();
        }
        if (state != State.PROPOSED_WITH_HELLO) {
            context.downgrades().declined(no.reason(), no.reply());
        }
        if (context.enforced() || state == State.PROPOSED_WITH_HELLO) {
            throw refused(no.reason(), no.reply());
        }
        declined = true;
        if (state == State.PROPOSED) {
            context.machine().on(Event.REFUSE);
        }
        if (context.policy() == TlsPolicy.OPPORTUNISTIC) {
            context.settings().listener().declined(no.reason());
        }
        steps.carryOut(context.dialogue().declined(no.reason()), NOTHING);
    }

    private UpgradeException refused(FailureReason reason, String reply) {
        boolean offered = reason != FailureReason.NOT_OFFERED;
        String port = FirstOctet.implicitTlsPort(context.dialogue());
        String advice = reason == FailureReason.PREAUTHENTICATED
                ? "Use " + port + ", or have the server's operator turn PREAUTH off for this client"
                : reason.advice();
        return termination.fail(
                reason,
                "Expected the server to upgrade, but it " + (offered ? "will not" : "does not offer to"),
                reply,
                offered
                        ? "Without TLS nothing is sent " + context.downgrades().rule() + ". " + advice
                        : "Someone in the middle may have stripped the offer; " + port + " cannot be stripped");
    }

    /** What answers a command before it has left was not meant for it. */
    private void requireCommandLeft(String what) throws UpgradeException {
        if (!context.pendingOutput().isEmpty()) {
            throw termination.fail(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected " + what + " after the upgrade command, got it before the command had left",
                    Wording.IMPOSTOR);
        }
    }
}
