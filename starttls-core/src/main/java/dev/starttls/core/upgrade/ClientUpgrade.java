package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A client's proposal and what becomes of it: the command leaves, and the one reply to it decides. */
final class ClientUpgrade {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String SOMEONE = "Someone in the middle may be answering in the server's name";

    private final Parts parts;
    private final Ending ending;
    private final Negotiation negotiation;
    private boolean declined;

    ClientUpgrade(Parts parts, Ending ending, Negotiation negotiation) {
        this.parts = parts;
        this.ending = ending;
        this.negotiation = negotiation;
    }

    /** Whether there will be no TLS on this connection. */
    boolean declined() {
        return declined;
    }

    void propose(Step.Propose step) throws IOException {
        negotiation.require(parts.client(), step, "a step of a server; only a client proposes");
        negotiation.require(parts.state() == State.PLAINTEXT, step, "no proposal outside State.PLAINTEXT");
        negotiation.require(!declined, step, "no proposal after a Step.Decline");
        negotiation.require(
                step.offer() == Step.Offer.READ || parts.host().unaskedAllowed(),
                step,
                "an offer that was read; one that was not may be taken up once, after Dialogue.direct");
        if (parts.policy() == TlsPolicy.DISABLED) {
            declined = true;
            negotiation.carryOut(parts.dialogue().declined(FailureReason.NOT_OFFERED), NOTHING);
            return;
        }
        boolean along = parts.host().helloGoesAlong(step.offer());
        parts.tls().ready();
        if (along && !parts.tls().preparing()) {
            negotiation.prepare();
        }
        parts.outcome().announcedBefore(parts.dialogue().capabilities());
        parts.machine().on(along ? Event.PROPOSE_WITH_HELLO : Event.PROPOSE);
        parts.clock().enter(Phase.COMMAND);
        parts.host().proposed(step.offer(), along);
        if (parts.host().repeatable()) {
            parts.clock().halve();
        }
        parts.outbox().add(List.of(step.command()));
        parts.settings().listener().proposed();
    }

    void goAhead(Step.Proceed step, ByteBuffer behind) throws IOException {
        State state = parts.state();
        negotiation.require(state.proposed(), step, "Step.Propose before the go-ahead");
        negotiation.require(step.goAhead().isEmpty(), step, "Step.Proceed without lines on a client");
        requireCommandLeft("the go-ahead");
        boolean along = state == State.PROPOSED_WITH_HELLO;
        // The server may have answered the ClientHello already: what follows is for the pump, which refuses all but
        // records.
        boolean answerable = along && !parts.tls().wantsSend();
        if (behind.hasRemaining() && !answerable) {
            throw ending.fail(
                    FailureReason.PLAINTEXT_INJECTION,
                    "Expected nothing behind the go-ahead before the handshake, got " + behind.remaining()
                            + " octets in plaintext",
                    SOMEONE);
        }
        parts.framing().reset();
        parts.machine().on(Event.GO_AHEAD);
        parts.host().decided();
        negotiation.startHandshake();
        if (along) {
            parts.clock().hurry();
        }
    }

    /** The command was refused that was sent unasked: there may be an offer all the same. */
    void ask(Step.Ask ask) throws IOException {
        State state = parts.state();
        negotiation.require(
                state.proposed() && parts.host().proposedUnasked(),
                ask,
                "Step.Propose with Step.Offer.UNREAD before Step.Ask");
        requireCommandLeft("a refusal");
        if (state == State.PROPOSED_WITH_HELLO) {
            throw refused(FailureReason.REFUSED, ask.reply());
        }
        parts.machine().on(Event.REFUSE);
        parts.host().refusedUnasked();
        parts.clock().enter(ask.phase());
        negotiation.say(ask, ask.lines());
    }

    void decline(Step.Decline no) throws IOException {
        State state = parts.state();
        negotiation.require(parts.client(), no, "a step of a server; only a client's dialogue declines");
        negotiation.require(!declined, no, "one Step.Decline");
        negotiation.require(state == State.PLAINTEXT || state.proposed(), no, "no Step.Decline inside TLS");
        if (state.proposed()) {
            requireCommandLeft("a refusal");
        }
        if (no.reason() == FailureReason.NOT_OFFERED) {
            parts.host().decided();
        }
        if (parts.policy().enforced() || state == State.PROPOSED_WITH_HELLO) {
            throw refused(no.reason(), no.reply());
        }
        declined = true;
        if (state == State.PROPOSED) {
            parts.machine().on(Event.REFUSE);
        }
        if (parts.policy() == TlsPolicy.OPPORTUNISTIC) {
            parts.settings().listener().declined(no.reason());
        }
        negotiation.carryOut(parts.dialogue().declined(no.reason()), NOTHING);
    }

    private UpgradeException refused(FailureReason reason, String reply) {
        boolean offered = reason != FailureReason.NOT_OFFERED;
        String port = FirstOctet.implicitTlsPort(parts.dialogue());
        String advice = reason == FailureReason.PREAUTHENTICATED
                ? "Use " + port + ", or have the server's operator turn PREAUTH off for this client"
                : reason.advice();
        return ending.fail(
                reason,
                "Expected the server to upgrade, but it " + (offered ? "will not" : "does not offer to"),
                reply,
                offered
                        ? "Without TLS nothing is sent under TlsPolicy." + parts.policy() + ". " + advice
                        : "Someone in the middle may have stripped the offer; " + port + " cannot be stripped");
    }

    /** What answers a command before it has left was not meant for it. */
    private void requireCommandLeft(String what) throws UpgradeException {
        if (!parts.outbox().isEmpty()) {
            throw ending.fail(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected " + what + " after the upgrade command, got it before the command had left",
                    SOMEONE);
        }
    }
}
