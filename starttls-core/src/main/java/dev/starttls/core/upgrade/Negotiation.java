package dev.starttls.core.upgrade;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * The dialogue and the handshake of a connection, until it is the application's, is closed or has failed. {@link
 * UpgradeConnection} holds it until then and releases it. One thread at a time.
 */
final class Negotiation {

    /** A call that may run code of this side. */
    private interface Call {
        void run() throws IOException;
    }

    private final ConnectionContext context;
    private final Termination termination;
    private final DialogueSteps steps;
    private final NegotiationInput input;
    private final NegotiationOutput output;

    Negotiation(ConnectionContext context) {
        this.context = context;
        termination = new Termination(context);
        steps = new DialogueSteps(context, termination);
        input = new NegotiationInput(context, steps, termination);
        output = new NegotiationOutput(context, steps, termination, input);
    }

    void ownTime(long nanos) {
        context.clock().discount(nanos);
    }

    void keptWaiting(long nanos) {
        context.clock().keptWaiting(nanos);
    }

    void totalTime(long since, Duration time) {
        if (!context.client()) {
            throw new IllegalStateException("Expected a client for a total time, got a server, whose client ends the"
                    + " session; bound its phases and commands by UpgradeLimits");
        }
        context.clock().totalTime(since, time);
    }

    void begin(long nanos) throws IOException {
        if (context.machine().begun()) {
            throw begunBefore(context.state());
        }
        if (context.state().terminal()) {
            context.machine().requireNotFailed();
            throw new IllegalStateException("Expected begin on a connection that is open, got it in state "
                    + context.state() + "; make a new UpgradeConnection");
        }
        context.machine().begin();
        context.clock().begin(nanos);
        contain(steps::begin);
    }

    void tick(long nanos) throws UpgradeException {
        requireBegun("tick");
        context.clock().advanceTo(nanos);
        noteTask();
        if (context.answer().complete()) {
            // It waits to be taken, perhaps for room that the peer makes: the time is the peer's again.
            context.clock().answered();
        }
        boolean late = context.clock().late() && !context.state().terminal();
        if (late || termination.deferredFailureDue()) {
            termination.throwDeferredFailure();
        }
        if (late) {
            Optional<Duration> total = context.clock().totalOver();
            boolean own = total.isEmpty() && context.clock().awaitsAnswer();
            UpgradeException why;
            if (total.isPresent()) {
                why = allTooSlow(total.get());
            } else if (own) {
                why = answerTooSlow();
            } else {
                why = context.clock().awaitsTask() ? taskTooSlow() : peerTooSlow();
            }
            if (!termination.failAfterLastLines(own ? ClosingReason.FAULT : ClosingReason.IDLE, why)) {
                throw termination.failed(why);
            }
        }
    }

    Optional<Long> deadline() {
        return !context.machine().begun() || context.state().terminal()
                ? Optional.empty()
                : Optional.of(context.clock().deadline());
    }

    Want want() {
        State state = context.state();
        if (!context.machine().begun() || state == State.CLOSED) {
            return Want.NOTHING;
        }
        if (context.speaksTls() && context.tls().taskDue()) {
            return Want.TASK;
        }
        if (output.due()) {
            return Want.WRITE;
        }
        if (!termination.open()) {
            return Want.NOTHING;
        }
        if (context.answer().waits()) {
            return context.answer().complete() ? Want.AGAIN : Want.ANSWER;
        }
        return input.workLeft() || input.unaskedDue() ? Want.AGAIN : Want.READ;
    }

    boolean speaksUnasked() {
        return context.unasked().possible();
    }

    void onWake(Runnable wake) {
        context.waker().set(wake);
    }

    boolean prepareNext() throws IOException {
        if (!preparable()) {
            return false;
        }
        contain(steps::prepareNext);
        return !context.tls().prepared();
    }

    Optional<Runnable> preparation() {
        return preparable() && !context.tls().exists()
                ? Optional.of(context.tls().prepareEarly())
                : Optional.empty();
    }

    void receive(ByteBuffer network) throws IOException {
        requireBegun("receive");
        try {
            contain(() -> input.receive(network));
        } finally {
            noteTask();
        }
    }

    void transmit(ByteBuffer network) throws IOException {
        requireBegun("transmit");
        try {
            contain(() -> output.transmit(network));
        } finally {
            noteTask();
        }
    }

    void endOfInput() throws IOException {
        requireBegun("endOfInput");
        contain(input::endOfInput);
    }

    /** The transport has failed. */
    UpgradeException lost(IOException thrown) {
        return input.lost(thrown);
    }

    void abort(UpgradeException why) {
        termination.failed(why);
    }

    /** The dialogue is over and the connection is the application's. */
    boolean ready() {
        return termination.ready();
    }

    /** What is to be told how the session ended, once the connection is ready. */
    EndReport endReport() {
        return termination.endReport();
    }

    /** What the dialogue has said and has not left yet. */
    PendingOutput lines() {
        return context.pendingOutput();
    }

    Phase phase() {
        return context.clock().phase();
    }

    Peer peer() {
        return context.peer();
    }

    void shutDown() {
        boolean connected = context.machine().begun();
        context.machine().begin();
        termination.shutDown(connected);
    }

    void close() {
        boolean asAgreed = context.machine().leaving();
        termination.close();
        if (context.machine().begun()) {
            termination.reportClosed(asAgreed);
        }
    }

    int held() {
        return context.framing().held() + context.pendingOutput().octets();
    }

    /** Forgets what is not whole: nothing more comes. */
    void forget() {
        context.framing().reset();
        context.answer().forget();
    }

    static IllegalStateException begunBefore(State state) {
        return new IllegalStateException(
                "Expected begin once, got it again in state " + state + "; make a new UpgradeConnection");
    }

    /** While a task must run it is not the peer that is waited for. */
    private void noteTask() {
        context.clock().taskDue(want() == Want.TASK);
    }

    private UpgradeException peerTooSlow() {
        return termination.exception(
                FailureReason.TIMEOUT,
                "Expected " + context.awaited() + " within "
                        + context.clock().patience().toMillis() + " ms, got " + input.received(),
                "",
                context.silenceHint(!input.heardNothing())
                        + Wording.tooSlow(context.role(), context.clock().patienceSetting()));
    }

    private UpgradeException allTooSlow(Duration total) {
        // This side's own bound says nothing about what the host accepts.
        context.host().outOfTime();
        return termination.exception(
                FailureReason.TIMEOUT,
                "Expected the session to be ready within " + total.toMillis() + " ms as a whole, waited for "
                        + context.awaited() + " when that time was over",
                "",
                "If the network or the server is only slow, raise the bound: totalTimeout(...)");
    }

    private UpgradeException taskTooSlow() {
        return termination.exception(
                FailureReason.LOCAL_ERROR,
                "Expected a task of the handshake to have run within "
                        + context.clock().patience().toMillis() + " ms, but it has not",
                "",
                "See what the executor that runs tasks does, and what in them waits: a trust manager, a key manager, an engine"
                        + " source");
    }

    private UpgradeException answerTooSlow() {
        return termination.exception(
                FailureReason.LOCAL_ERROR,
                "Expected the answer that the code of this side has promised within "
                        + context.clock().answerLimit().toMillis() + " ms, but it has not come",
                "",
                "See what should have completed the stage of the answer that comes later, or give it more time: the limit of its"
                        + " Later");
    }

    private boolean preparable() {
        boolean ahead = context.implicit()
                ? !context.machine().begun()
                : context.state().tls() == State.Tls.NONE;
        return ahead
                && context.client()
                && termination.open()
                && context.policy() != TlsPolicy.DISABLED
                && context.settings().preparation() == Preparation.WHILE_WAITING
                && !context.tls().preparing()
                && !context.tls().prepared();
    }

    /**
     * Runs what may call code of this side: the dialogue, the listener, an engine source. What that throws ends the connection,
     * and nothing leaves in the clear; a server that can still say so to its client does, and the exception follows later.
     */
    private void contain(Call call) throws IOException {
        Throwable thrown;
        try {
            call.run();
            return;
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            thrown = e;
        }
        if (!termination.ready()) {
            if (termination.faulted(thrown)) {
                return;
            }
            termination.abandon(thrown);
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException fault) {
            throw fault;
        }
        // Languages that do not declare what they throw can throw anything.
        throw new IllegalStateException(
                "Expected code of this side to throw nothing that is checked, got "
                        + thrown.getClass().getName(),
                thrown);
    }

    private void requireBegun(String call) {
        if (!context.machine().begun()) {
            throw new IllegalStateException(
                    "Expected begin before " + call + ", got " + call
                            + " on a connection that has not begun; call UpgradeConnection.begin once the transport is connected");
        }
    }
}
