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
 * The three ways a negotiation ends: the connection is the application's, a last line leaves, or it has failed. Behind each
 * of them nothing is negotiated any more, and behind a failure nothing leaves but what TLS has to say of it.
 */
final class Termination {

    private final ConnectionContext context;
    /** The listener has heard the last of this upgrade. */
    private boolean settled;
    /** The listener has heard that there is no engine, which ends nothing. */
    private boolean unavailable;

    private Optional<UpgradeException> deferredFailure = Optional.empty();
    private boolean ready;
    /** The dialogue has heard how its session ended. */
    private boolean ended;
    /** What user code threw before its last lines were said; thrown once they have left. */
    private Optional<Throwable> fault = Optional.empty();

    Termination(ConnectionContext context) {
        this.context = context;
    }

    /** The dialogue is over and the connection is the application's: see {@link UpgradeConnection}. */
    boolean ready() {
        return ready;
    }

    /** The dialogue goes on. */
    boolean open() {
        return !ready && !context.machine().leaving() && !context.state().terminal();
    }

    void becomeReady() {
        context.framing().reset();
        ready = true;
        reportEnd(SessionEnd.of(SessionEnd.Cause.HANDED_OVER));
    }

    /** A server's listener has heard that the session is inside TLS: what ends it later is no failure of the upgrade. */
    void settle() {
        settled = true;
    }

    /** Lines may wait that are to leave before the connection is closed. */
    void leave() {
        context.machine().leave();
        if (context.pendingLines().isEmpty()) {
            close();
            reportEnd(SessionEnd.of(SessionEnd.Cause.CLOSED));
        }
    }

    /** Says a failure's last lines where lines may be said, or throws it at once. */
    void failAfter(List<String> lastLines, UpgradeException why) throws UpgradeException {
        if (lastLines.isEmpty() || !sayable()) {
            throw failed(why);
        }
        context.pendingLines().add(lastLines);
        context.machine().leave();
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
            context.pendingLines().clear();
        }
        context.machine().leave();
        deferredFailure = Optional.of(why);
        if (context.pendingLines().isEmpty()) {
            lastLineLeft();
        }
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
            List<String> lines = context.dialogue().lastLines(reason);
            if (lines.isEmpty()) {
                return false;
            }
            context.pendingLines().add(lines);
        } catch (Throwable e) {
            why.addSuppressed(e);
            return false;
        }
        context.machine().leave();
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

    /** What it says is left to the cause: it may hold a line of the client's, and that its password. */
    private UpgradeException localError(Throwable thrown) {
        // Before a client has an engine, no line of anybody's can be in what it says.
        boolean settings = context.client() && context.tls().unmade(thrown);
        UpgradeException why = settings
                ? exception(
                        FailureReason.LOCAL_ERROR,
                        "Expected the TlsSettings of this client to make a TLS engine, got " + thrown,
                        "",
                        "Check the SSLContext or EngineSource, versions and suites of the TlsSettings")
                : exception(
                        FailureReason.LOCAL_ERROR,
                        "Expected the code of this side to throw nothing, got "
                                + thrown.getClass().getName(),
                        "",
                        "");
        why.initCause(thrown);
        return why;
    }

    /** The upgrade cannot be made and the session goes on without it, and so does all else that its listener may hear. */
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
        hear(why);
    }

    /** The driver closes, or lets go of, a connection that may not have ended yet. */
    void reportClosed(boolean asAgreed) {
        reportEnd(
                deferredFailure.isPresent()
                        ? SessionEnd.of(deferredFailure.get())
                        : SessionEnd.of(asAgreed ? SessionEnd.Cause.CLOSED : SessionEnd.Cause.ABANDONED));
    }

    /** The last line has left: closes, unless there is a failure to tell that needs no close_notify. */
    void lastLineLeft() {
        if (context.records() || deferredFailure.isEmpty()) {
            close();
        }
        if (deferredFailure.isEmpty()) {
            reportEnd(SessionEnd.of(SessionEnd.Cause.CLOSED));
        }
    }

    /** close_notify has left behind the last line. */
    void closeNotifyLeft() {
        if (context.machine().leaving() && deferredFailure.isEmpty()) {
            context.machine().onIfAllowed(Event.END);
        }
    }

    /** Whether the last line has left and its failure is due. */
    boolean deferredFailureDue() {
        return deferredFailure.isPresent()
                && context.pendingLines().isEmpty()
                && !(context.records() && context.tls().wantsSend());
    }

    /** Throws what was to be told only after the last line had left. */
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
            context.machine().leave();
        }
        context.pendingLines().clear();
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
        return new UpgradeException(
                reason, context.clock().phase(), detail, context.client() ? reply : "", hint, peerChain);
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
                            + local.get().getClass().getName(),
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
            tell(why);
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
            // The peer has not been told that TLS begins: a ClientHello made ahead must not leave.
            context.tls().discard();
        }
        deferredFailure = Optional.empty();
        context.clock().stop();
        context.pendingLines().clear();
        context.framing().reset();
        reportEnd(SessionEnd.of(why));
        return true;
    }

    /** Tells the dialogue of the first end; what follows it is no other. */
    private void reportEnd(SessionEnd end) {
        if (ended) {
            return;
        }
        ended = true;
        try {
            context.dialogue().ended(end);
        } catch (Throwable e) {
            // The session is over, and how it ended matters more than this.
            end.failure().ifPresent(why -> why.addSuppressed(e));
            heardUncaught(e);
        }
    }

    private void heardUncaught(Throwable thrown) {
        try {
            context.settings().listener().uncaught(thrown);
        } catch (Throwable e) {
            thrown.addSuppressed(e);
        }
    }

    private void tell(UpgradeException why) {
        if (settled) {
            return;
        }
        settled = true;
        hear(why);
    }

    private void hear(UpgradeException why) {
        UpgradeListener listener = context.settings().listener();
        try {
            listener.failed(why);
        } catch (Throwable e) {
            heardBadly(why, e);
        }
        if (context.client() && context.settings().policy().enforced()) {
            try {
                listener.blocked(why);
            } catch (Throwable e) {
                heardBadly(why, e);
            }
        }
    }

    /** The failure matters more to the caller than what its listener has to say of it. */
    private static void heardBadly(UpgradeException why, Throwable thrown) {
        if (thrown != why) {
            why.addSuppressed(thrown);
        }
    }
}
