package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Carries out what a dialogue wants, as far as the table, the policy and the settings let it, until it is over. */
final class DialogueSteps {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ConnectionContext context;
    private final Termination termination;
    private final ClientUpgrade client;

    DialogueSteps(ConnectionContext context, Termination termination) {
        this.context = context;
        this.termination = termination;
        this.client = new ClientUpgrade(context, termination, this);
    }

    void begin() throws IOException {
        context.unasked().begin(context.dialogue(), context.waker());
        context.dialogue().connected(new ConnectionInfo(context.peer(), Optional.empty()));
        if (!termination.open()) {
            return;
        }
        context.downgrades().recall();
        if (context.implicit()) {
            startHandshake();
        } else {
            if (context.client()) {
                context.host().recall();
                // Connecting was this side's turn: the greeting answers it.
                context.clock().sent();
            }
            carryOut(context.dialogue().opened(), NOTHING);
        }
    }

    /** Asks the dialogue what to do about a line. */
    void received(String line, ByteBuffer following) throws IOException {
        if (context.transcript().isPresent()) {
            context.transcript().get().received(context.protection(), line);
        }
        carryOut(context.dialogue().received(line), following);
        recordAnnounced();
    }

    /** Asks the dialogue what to do about octets that are no line. */
    void received(byte[] octets, ByteBuffer following) throws IOException {
        if (context.transcript().isPresent()) {
            context.transcript().get().received(context.protection(), octets);
        }
        carryOut(context.dialogue().octets(octets), following);
        recordAnnounced();
    }

    /** Carries on with what this side's own code has answered, which is there. */
    void answered(ByteBuffer following) throws IOException {
        context.clock().answered();
        carryOut(context.answer().take(), following);
        recordAnnounced();
    }

    /** Says what the dialogue has to say of its own accord. */
    void unasked() {
        context.unasked().asked();
        context.say(context.dialogue().unasked());
    }

    private void answerLater(Step.Later<?> later) {
        State state = context.state();
        require(
                state == State.SECURE || state == State.PLAINTEXT,
                later,
                "no wait for this side between the upgrade command and the end of the handshake");
        context.clock().answerDue(later.limit());
        context.answer().await(later);
    }

    /** Carries out what follows something that is no line: its rest would be taken for a line of its own. */
    void malformed(Step step) throws IOException {
        require(
                step == null || step instanceof Step.Fail || step instanceof Step.Close,
                step,
                "Step.Fail or Step.Close after input that is not a line");
        carryOut(step, NOTHING);
    }

    void carryOut(Step step, ByteBuffer following) throws IOException {
        if (!termination.open()) {
            // The code that chose the step, or was called before it, has closed the connection meanwhile.
            return;
        }
        if (step == null) {
            throw new DialogueFault("Expected a step of the "
                    + context.dialogue().protocol() + " dialogue, got null; the dialogue is at fault");
        }
        if (step instanceof Step.Await next) {
            context.clock().enter(next.phase());
            await(next);
        } else if (step instanceof Step.Propose propose) {
            client.propose(propose);
        } else if (step instanceof Step.HandOver over) {
            if (context.client()) {
                client.handOver(over);
            } else {
                accept(over);
            }
        } else if (step instanceof Step.Ask ask) {
            client.ask(ask);
        } else if (step instanceof Step.Proceed go) {
            if (context.client()) {
                client.goAhead(go, following);
            } else {
                accept(go, following);
            }
        } else if (step instanceof Step.Later<?> later) {
            answerLater(later);
        } else if (step instanceof Step.Decline no) {
            client.decline(no);
        } else if (step instanceof Step.Ready last) {
            becomeReady(last);
        } else if (step instanceof Step.Close bye) {
            say(step, bye.output());
            termination.leave();
        } else if (step instanceof Step.Fail fail) {
            termination.failAfter(
                    fail.output(), termination.exception(fail.reason(), fail.detail(), fail.reply(), fail.hint()));
        }
    }

    /** A server has received octets in the clear where none may be: after the upgrade command. */
    void injected(ByteBuffer octets) throws UpgradeException {
        int count = octets.remaining();
        if (early(octets)) {
            return;
        }
        octets.position(octets.limit());
        if (context.settings().injection() == InjectionResponse.DISCARD) {
            context.clock().count(0, count);
            Optional<PhaseClock.Excess> excess = context.clock().excess();
            if (excess.isPresent()) {
                throw termination.fail(
                        FailureReason.LIMIT_EXCEEDED,
                        "Expected " + excess.get().bound() + ", all of it discarded",
                        excess.get().hint());
            }
            return;
        }
        UpgradeException why = new UpgradeException(
                FailureReason.PLAINTEXT_INJECTION,
                Phase.COMMAND,
                "Expected nothing after the upgrade command before the handshake, got " + count
                        + " octets in plaintext",
                "",
                "The client must wait for the go-ahead before it sends anything; if it did, someone in the middle has"
                        + " added the octets");
        // With the go-ahead on its way it is too late for words.
        termination.failAfter(
                context.state() == State.PROPOSED
                        ? Output.none()
                        : context.dialogue().injected(),
                why);
    }

    /**
     * Whether octets after a server's upgrade command stay where they are, for the handshake to take them once the
     * go-ahead has left (RFC 9051 section 6.2.1).
     */
    boolean early(ByteBuffer octets) {
        return context.settings().injection() == InjectionResponse.HANDSHAKE
                && FirstOctet.ofHandshake(octets.get(octets.position()));
    }

    /** A server's go-ahead has left, or a client's command that awaits none. */
    void goAheadLeft() throws IOException {
        context.machine().on(Event.GO_AHEAD);
        startHandshake();
    }

    /** Notices the end of the handshake, whichever direction brought it. */
    void established() throws IOException {
        if (context.state() != State.HANDSHAKING || !context.tls().established()) {
            return;
        }
        Optional<PeerCheck.Refusal> refusal = PeerIdentity.check(context)
                .after(context.tls().pump().session(), context.tls().pump().resumed());
        if (refusal.isPresent()) {
            throw termination.refusedPeer(refusal.get());
        }
        context.machine().on(Event.ESTABLISH);
        context.host().established();
        context.clock().enter(context.implicit() ? Phase.GREETING : Phase.RECAPABILITY);
        UpgradeReport report = context.report();
        context.dialogue().connected(new ConnectionInfo(context.peer(), report.tls(), context.bindings()));
        if (!context.client()) {
            context.settings().listener().upgraded(report);
            termination.settle();
        }
        if (!termination.open()) {
            return;
        }
        context.framing().reset();
        Step next = context.dialogue().secured();
        // RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4.
        if (context.client() && !context.dialogue().capabilities().isEmpty()) {
            throw new DialogueFault("Expected the " + context.dialogue().protocol()
                    + " dialogue to have forgotten at the upgrade what was announced before, got earlier capabilities"
                    + " from Dialogue.capabilities after Dialogue.secured");
        }
        carryOut(next, NOTHING);
        recordAnnounced();
    }

    /** Octets that are too many are not asked for. */
    private void await(Step.Await next) throws UpgradeException {
        if (next.frame() instanceof Frame.Exactly literal && tooLong(literal.count(), "")) {
            return;
        }
        say(next, next.output());
        context.framing().expect(next.frame());
    }

    /** A message says that it has so many octets, which are too many, or fewer than have come of it already. */
    void misannounced(int octets) throws UpgradeException {
        if (!tooLong(octets, "; or it speaks another protocol: check the port")) {
            throw termination.fail(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected " + context.awaited()
                            + " to say its own length, got a length of less than its beginning has",
                    "The peer may speak another protocol: check the port");
        }
    }

    /** Whether a message is longer than a phase allows, and the connection has failed of it. */
    private boolean tooLong(int octets, String orElse) throws UpgradeException {
        int max = context.settings().limits().octetsPerPhase();
        if (octets <= max) {
            return false;
        }
        termination.limitExceeded(
                "Expected at most " + max + " octets in one piece, got a piece of " + octets,
                Wording.tooMuch("withOctetsPerPhase") + orElse);
        return true;
    }

    private void accept(Step.Proceed step, ByteBuffer following) throws IOException {
        require(context.state() == State.PLAINTEXT, step, "no go-ahead outside State.PLAINTEXT");
        require(context.policy() != TlsPolicy.DISABLED, step, "no go-ahead under TlsPolicy.DISABLED");
        require(
                !step.goAhead().isEmpty(),
                step,
                "the line of the go-ahead in Step.Proceed of a server, or Step.HandOver where the protocol has none");
        if (following.hasRemaining()) {
            injected(following);
        }
        if (termination.open() && engineReady(following)) {
            context.record().announcedBefore(context.dialogue().capabilities());
            context.framing().reset();
            context.machine().on(Event.PROPOSE);
            context.clock().enter(Phase.COMMAND);
            context.say(step.goAhead());
            context.settings().listener().proposed();
        }
    }

    /** There is no go-ahead: what has come after the command is left for the handshake. */
    private void accept(Step.HandOver step) throws IOException {
        require(context.state() == State.PLAINTEXT, step, "no handover outside State.PLAINTEXT");
        require(context.policy() != TlsPolicy.DISABLED, step, "no handover under TlsPolicy.DISABLED");
        require(step.command().isEmpty(), step, "Step.HandOver without octets on a server");
        require(
                context.pendingOutput().isEmpty(),
                step,
                "Step.HandOver once what was said before has left: the client may not send its command earlier");
        context.tls().ready();
        context.record().announcedBefore(context.dialogue().capabilities());
        context.framing().reset();
        context.machine().on(Event.HAND_OVER);
        context.settings().listener().proposed();
        if (termination.open()) {
            goAheadLeft();
        }
    }

    /** A server that cannot make an engine says so before the go-ahead, where there still is a way on for the client. */
    private boolean engineReady(ByteBuffer hello) throws UpgradeException {
        try {
            context.tls().ready();
            return true;
        } catch (Exception e) {
            // Languages that do not declare what they throw can throw anything from an engine source.
            Output lines = context.dialogue().unavailable();
            if (lines.isEmpty() || hello.hasRemaining()) {
                // A ClientHello that has come already would be taken for a line.
                throw e;
            }
            termination.unavailable(e);
            context.say(lines);
            return false;
        }
    }

    void startHandshake() throws IOException {
        context.clock().enter(Phase.HANDSHAKE);
        context.tls().ready();
        if (context.client() && !context.tls().preparing()) {
            prepare();
        }
    }

    /** Takes one step ahead: a client's engine, then its ClientHello. */
    void prepareNext() throws IOException {
        if (context.tls().exists()) {
            prepare();
        } else {
            context.tls().ready();
        }
    }

    void prepare() throws IOException {
        try {
            context.tls().prepare();
        } catch (SSLException e) {
            throw termination.failedHandshake(e);
        }
    }

    private void becomeReady(Step.Ready step) {
        boolean inside = context.state() == State.SECURE;
        require(
                inside || context.state() == State.PLAINTEXT,
                step,
                "Step.Proceed, Step.Decline or Step.Fail after Step.Propose");
        require(
                inside || !context.enforced(),
                step,
                "no session in plaintext " + context.downgrades().rule());
        require(
                inside || !context.client() || client.declined() || context.policy() == TlsPolicy.DISABLED,
                step,
                "Step.Propose or Step.Decline before a client is ready in plaintext");
        // Whoever has no use for the connection says so before the peer hears that it is handed over.
        Optional<ServerSession> session = Objects.requireNonNull(
                context.dialogue().handedOver(), "handedOver: expected a session or Optional.empty(), got null");
        say(step, step.output());
        if (!inside) {
            context.tls().discard();
        }
        context.clock().stop();
        recordAnnounced();
        if (inside && context.client()) {
            UpgradeReport report = context.report();
            context.downgrades().upgraded(report);
            context.settings().listener().upgraded(report);
        }
        termination.becomeReady(session);
    }

    /** Records what was announced last. */
    private void recordAnnounced() {
        List<String> announced = context.dialogue().capabilities();
        if (context.tls().established()) {
            context.record().announcedInside(announced);
        } else {
            context.record().announcedBefore(announced);
        }
    }

    void say(Step step, Output output) {
        State state = context.state();
        require(
                output.isEmpty() || state == State.SECURE || state.plaintextOut(context.role()) == State.Plaintext.ANY,
                step,
                "nothing said by the dialogue; after Step.Propose only Step.Await without output, Step.Proceed,"
                        + " Step.Decline, Step.Close without output or Step.Fail may follow");
        context.say(output);
    }

    void require(boolean allowed, Step got, String expected) {
        if (!allowed) {
            throw new DialogueFault("Expected " + expected + ", got Step."
                    + got.getClass().getSimpleName() + " of the "
                    + context.dialogue().protocol() + " dialogue (" + context.role() + ") in state " + context.state()
                    + ", phase " + context.clock().phase() + ", policy " + context.policy()
                    + "; the dialogue is at fault");
        }
    }
}
