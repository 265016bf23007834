package dev.starttls.core.upgrade;

import dev.starttls.core.engine.NotTlsException;
import dev.starttls.core.engine.RecordLimitException;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The three ways a negotiation ends: the connection is the application's, a last line leaves, or it has failed. After each
 * of them nothing is negotiated any more, and after a failure nothing leaves but the alert of TLS.
 */
final class Termination {

    private final ConnectionContext context;
    /** The listener was called with the last event of this upgrade. */
    private boolean settled;
    /** The listener was called for a missing engine, which ends nothing. */
    private boolean unavailable;

    private Optional<UpgradeException> deferredFailure = Optional.empty();
    private boolean ready;
    private final EndReport endReport;
    /** What user code threw before its last lines were said; thrown once they have left. */
    private Optional<Throwable> fault = Optional.empty();

    Termination(ConnectionContext context) {
        this.context = context;
        this.endReport = new EndReport(context.dialogue(), context.settings().listener());
    }

    /** The dialogue is over and the connection is the application's: see {@link UpgradeConnection}. */
    boolean ready() {
        return ready;
    }

    /** The dialogue goes on. */
    boolean open() {
        return !ready && !context.machine().leaving() && !context.state().terminal();
    }

    /** The end of the session is reported when its driver hands the connection over, or cannot: its last lines are to leave. */
    void becomeReady(Optional<ServerSession> session) {
        context.record().handedOver(session);
        context.framing().reset();
        ready = true;
        context.waker().forget();
    }

    /** By which the end of the session is reported once the connection is ready. */
    EndReport endReport() {
        return endReport;
    }

    /** A server's listener was called for the session inside TLS: what ends it later is not a failure of the upgrade. */
    void settle() {
        settled = true;
    }

    /** Lines may wait that are to leave before the connection is closed. */
    void leave() {
        leaveDialogue();
        if (context.pendingOutput().isEmpty()) {
            close();
            reportEnd(SessionEnd.of(SessionEnd.Cause.CLOSED));
        }
    }

    /** Says a failure's last lines where lines may be said, or throws it at once. */
    void failAfter(Output lastLines, UpgradeException why) throws UpgradeException {
        if (lastLines.isEmpty() || !sayable()) {
            throw failed(why);
        }
        context.say(lastLines);
        leaveDialogue();
        deferredFailure = Optional.of(why);
    }

    /**
     * The peer has closed as it should, and sends nothing more: what is due to it still leaves, then close_notify (RFC 8446
     * section 6.1), and then that is the failure. A client has nothing to say any more.
     */
    void closedByPeer(UpgradeException why) throws UpgradeException {
        if (context.state() != State.SECURE) {
            throw failed(why);
        }
        if (context.client()) {
            context.pendingOutput().clear();
        }
        leaveDialogue();
        deferredFailure = Optional.of(why);
        if (context.pendingOutput().isEmpty()) {
            lastLineLeft();
        }
    }

    /** The dialogue takes nothing more: what this side's own code answers from here changes nothing. */
    private void leaveDialogue() {
        context.machine().leave();
        forgetAnswer();
    }

    private void forgetAnswer() {
        context.answer().forget();
        context.clock().answered();
    }

    private boolean sayable() {
        State state = context.state();
        return state == State.SECURE || state.plaintextOut(context.role()) == State.Plaintext.ANY;
    }

    /** Says what a server says when it ends a session of its own accord. Returns whether there is a failure to wait for. */
    boolean failAfterLastLines(ClosingReason reason, UpgradeException why) {
        if (context.client() || !open() || !sayable()) {
            return false;
        }
        try {
            Output lines = context.dialogue().lastLines(reason);
            if (lines.isEmpty()) {
                return false;
            }
            context.say(lines);
        } catch (Throwable e) {
            why.addSuppressed(e);
            return false;
        }
        leaveDialogue();
        deferredFailure = Optional.of(why);
        context.clock().lastLines();
        return true;
    }

    /** The peer has sent too much: a server says so after the answers that are due, a client has nothing to say. */
    void limitExceeded(String detail, String hint) throws UpgradeException {
        UpgradeException why = exception(FailureReason.LIMIT_EXCEEDED, detail, "", hint);
        if (!failAfterLastLines(ClosingReason.LIMIT, why)) {
            throw failed(why);
        }
    }

    /** User code threw. Returns whether last lines say so first, and {@link #throwDeferredFailure} throws it. */
    boolean faulted(Throwable thrown) {
        boolean waits = failAfterLastLines(ClosingReason.FAULT, localError(thrown));
        if (waits) {
            fault = Optional.of(thrown);
        }
        return waits;
    }

    /** This side is shut down; lines can be said only once the connection has begun. */
    void shutDown(boolean begun) {
        if (!open()) {
            return;
        }
        UpgradeException why = exception(
                FailureReason.REJECTED, "Expected " + context.awaited() + ", but this side was shut down", "", "");
        if (!begun || !failAfterLastLines(ClosingReason.SHUTDOWN, why)) {
            failed(why);
        }
    }

    private UpgradeException localError(Throwable thrown) {
        boolean settings = context.client() && context.tls().isEngineFailure(thrown);
        UpgradeException why = settings
                ? exception(
                        FailureReason.LOCAL_ERROR,
                        "Expected the TlsSettings of this client to make a TLS engine, got " + thrown,
                        "",
                        "Check the SSLContext or EngineSource, versions and suites of the TlsSettings")
                : exception(
                        FailureReason.LOCAL_ERROR,
                        thrown instanceof DialogueFault
                                ? thrown.getMessage()
                                : "Expected the code of this side to throw nothing, got " + shown(thrown),
                        "",
                        "");
        why.initCause(thrown);
        return why;
    }

    /**
     * What code of this side threw. On a server its message is left to the cause: it may contain a line of the client, and that
     * its password. Lines of a server are shown to its client.
     */
    private String shown(Throwable thrown) {
        return context.client() ? thrown.toString() : thrown.getClass().getName();
    }

    /**
     * Reports to the listener, once, that no TLS engine could be made. That ends nothing: the session goes on in plaintext, and
     * the listener is called for what happens later as well.
     */
    void unavailable(Throwable thrown) {
        if (unavailable) {
            return;
        }
        unavailable = true;
        UpgradeException why = exception(
                FailureReason.LOCAL_ERROR,
                "Expected a TLS engine for the upgrade that the client asked for, got "
                        + thrown.getClass().getName(),
                "",
                "Check the SSLContext, versions and suites of the server's TlsSettings");
        why.initCause(thrown);
        callListener(why);
    }

    /** The driver closes, or drops, a connection that may not have ended yet. */
    void reportClosed(boolean asAgreed) {
        reportEnd(
                deferredFailure.isPresent()
                        ? SessionEnd.of(deferredFailure.get())
                        : SessionEnd.of(asAgreed ? SessionEnd.Cause.CLOSED : SessionEnd.Cause.ABANDONED));
    }

    /** The last line has left: closes, unless there is a failure to throw that needs no close_notify. */
    void lastLineLeft() {
        if (context.records() || deferredFailure.isEmpty()) {
            close();
        }
        if (deferredFailure.isEmpty()) {
            reportEnd(SessionEnd.of(SessionEnd.Cause.CLOSED));
        }
    }

    /** close_notify has left after the last line. */
    void closeNotifyLeft() {
        if (context.machine().leaving() && deferredFailure.isEmpty()) {
            context.machine().onIfAllowed(Event.END);
        }
    }

    /** Whether the last line has left and its failure is due. */
    boolean deferredFailureDue() {
        return deferredFailure.isPresent()
                && context.pendingOutput().isEmpty()
                && !(context.records() && context.tls().wantsSend());
    }

    /** Throws what was to be thrown only after the last line had left. */
    void throwDeferredFailure() throws UpgradeException {
        if (deferredFailure.isPresent()) {
            UpgradeException why = failed(deferredFailure.get());
            if (fault.orElse(why) instanceof RuntimeException thrown) {
                throw thrown;
            }
            if (fault.orElse(why) instanceof Error thrown) {
                throw thrown;
            }
            throw why;
        }
    }

    /** This side closes; lines that have not left do not leave any more. */
    void close() {
        if (!ready) {
            leaveDialogue();
        }
        context.pendingOutput().clear();
        if (context.machine().onIfAllowed(Event.CLOSE).equals(Optional.of(State.CLOSING))) {
            context.tls().close();
        }
    }

    UpgradeException fail(FailureReason reason, String detail, String hint) {
        return fail(reason, detail, "", hint);
    }

    UpgradeException fail(FailureReason reason, String detail, String reply, String hint) {
        return failed(exception(reason, detail, reply, hint));
    }

    /** A client's line may hold its password: only what a server said is shown. */
    UpgradeException exception(FailureReason reason, String detail, String reply, String hint) {
        return exception(reason, detail, reply, hint, PeerIdentity.chain(context));
    }

    private UpgradeException exception(
            FailureReason reason, String detail, String reply, String hint, List<Certificate> peerChain) {
        Phase phase = context.clock().phase();
        String known = hint.isEmpty() && !context.client() ? Wording.adviceToServer(reason) : hint;
        String advice = context.downgrades().advice(reason, phase, known);
        return new UpgradeException(reason, phase, detail, context.client() ? reply : "", advice, peerChain);
    }

    /** TLS has failed, in the handshake or after it. */
    UpgradeException failedHandshake(SSLException thrown) {
        UpgradeException why;
        Optional<Throwable> local = LocalError.in(thrown);
        if (thrown instanceof NotTlsException plaintext) {
            why = plaintext(plaintext);
        } else if (thrown instanceof RecordLimitException) {
            why = exception(
                    FailureReason.LIMIT_EXCEEDED,
                    thrown.getMessage(),
                    "",
                    "There is no setting for this: check which peer it is, and what its log says");
        } else if (local.isPresent()) {
            why = exception(
                    FailureReason.LOCAL_ERROR,
                    "Expected the code of this side that the engine calls to throw nothing of the kind, got "
                            + shown(local.get()),
                    "",
                    "");
        } else {
            HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(
                    thrown, PeerIdentity.chain(context), context.peer(), context.role(), context.implicit());
            why = exception(diagnosis.reason(), diagnosis.detail(), "", diagnosis.hint(), diagnosis.peerChain());
        }
        why.initCause(thrown);
        return failed(why);
    }

    /** On a port of implicit TLS, plaintext in the first place is a mistaken port; all other plaintext was added. */
    private UpgradeException plaintext(NotTlsException thrown) {
        boolean mistaken = context.implicit() && thrown.first();
        return exception(
                mistaken ? FailureReason.HANDSHAKE_FAILED : FailureReason.PLAINTEXT_INJECTION,
                "Expected a TLS record, got " + (context.implicit() ? "" : "more ") + "plaintext",
                thrown.line(),
                mistaken
                        ? FirstOctet.plaintextOnTlsPort(context.dialogue())
                        : "After the go-ahead there is only TLS: someone in the middle may have added this");
    }

    /** The engine is content with the peer, and this library is not: nothing more is said to it, see {@link TlsLayer#discard}. */
    UpgradeException refusedPeer(PeerCheck.Refusal refusal) {
        HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(refusal, context.peer(), context.role());
        UpgradeException why =
                exception(diagnosis.reason(), diagnosis.detail(), "", diagnosis.hint(), diagnosis.peerChain());
        context.tls().discard();
        return failed(why);
    }

    UpgradeException failed(UpgradeException thrown) {
        UpgradeException why = context.host().failed(thrown);
        if (enterFailed(why)) {
            report(why);
        }
        return why;
    }

    /** A dialogue, a listener or a chooser threw: whatever it meant to do, nothing leaves any more. */
    void abandon(Throwable thrown) {
        failed(localError(thrown));
    }

    private boolean enterFailed(UpgradeException why) {
        boolean records = context.records();
        if (!context.machine().fail(why)) {
            return false;
        }
        if (records) {
            context.tls().giveUp();
        } else {
            // TLS has not begun for the peer: a ClientHello made ahead must not leave.
            context.tls().discard();
        }
        deferredFailure = Optional.empty();
        forgetAnswer();
        context.clock().stop();
        context.pendingOutput().clear();
        context.framing().reset();
        reportEnd(SessionEnd.of(why));
        return true;
    }

    private void reportEnd(SessionEnd end) {
        context.waker().forget();
        endReport.make(end);
    }

    private void report(UpgradeException why) {
        if (settled) {
            return;
        }
        settled = true;
        callListener(why);
    }

    private void callListener(UpgradeException why) {
        UpgradeListener listener = context.settings().listener();
        try {
            listener.failed(why);
        } catch (Throwable e) {
            suppress(why, e);
        }
        if (context.client() && context.enforced()) {
            try {
                listener.blocked(why);
            } catch (Throwable e) {
                suppress(why, e);
            }
        }
    }

    /** The failure matters more to the caller than what its listener throws. */
    private static void suppress(UpgradeException why, Throwable thrown) {
        if (thrown != why) {
            why.addSuppressed(thrown);
        }
    }
}
