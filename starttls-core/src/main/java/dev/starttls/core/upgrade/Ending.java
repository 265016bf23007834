package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The three ways a negotiation ends: the connection is the application's, a last line leaves, or it has failed. Behind each
 * of them nothing is negotiated any more, and behind a failure nothing leaves but what TLS has to say of it.
 */
final class Ending {

    private final Parts parts;
    private boolean leaving;
    private boolean settled;
    private Optional<UpgradeException> afterFarewell = Optional.empty();
    private boolean ready;
    private Throwable failure;

    Ending(Parts parts) {
        this.parts = parts;
    }

    /** The dialogue is over and the connection is the application's: from the next call on, see {@link Session}. */
    boolean ready() {
        return ready;
    }

    /** The last lines are leaving, or have left; what the peer sends does not matter any more. */
    boolean leaving() {
        return leaving;
    }

    /** The dialogue goes on. */
    boolean open() {
        return !ready && !leaving && !parts.state().terminal();
    }

    void becomeReady() {
        parts.framing().reset();
        ready = true;
    }

    /** A server's listener has heard that the session is inside TLS: what ends it later is no failure of the upgrade. */
    void settle() {
        settled = true;
    }

    /** Lines may wait that are to leave before the connection is closed. */
    void leave() {
        leaving = true;
        if (parts.outbox().isEmpty()) {
            close();
        }
    }

    /** Says a failure's last lines where lines may be said, or throws it at once. */
    void failAfter(List<String> farewell, UpgradeException why) throws UpgradeException {
        State state = parts.state();
        boolean sayable = state == State.SECURE || state.plaintextOut(parts.role()) == State.Plaintext.ANY;
        if (farewell.isEmpty() || !sayable) {
            throw failed(why);
        }
        parts.outbox().add(farewell);
        leaving = true;
        afterFarewell = Optional.of(why);
    }

    /** The last line has left: closes, unless there is a failure to tell that needs no close_notify. */
    void farewellLeft() {
        if (parts.records() || afterFarewell.isEmpty()) {
            close();
        }
    }

    /** close_notify has left behind the last line. */
    void closeNotifyLeft() {
        synchronized (parts.machine()) {
            if (leaving && afterFarewell.isEmpty() && parts.machine().allows(Event.END)) {
                parts.machine().on(Event.END);
            }
        }
    }

    /** Whether the last line has left and its failure is due. */
    boolean farewellOver() {
        return afterFarewell.isPresent()
                && parts.outbox().isEmpty()
                && !(parts.records() && parts.tls().wantsSend());
    }

    /** Throws what was to be told only after the last line had left. */
    void tellFarewell() throws UpgradeException {
        if (afterFarewell.isPresent()) {
            throw failed(afterFarewell.get());
        }
    }

    /** This side closes; lines that have not left do not leave any more. */
    void close() {
        leaving |= !ready;
        parts.outbox().clear();
        synchronized (parts.machine()) {
            if (parts.machine().allows(Event.CLOSE) && parts.machine().on(Event.CLOSE) == State.CLOSING) {
                parts.tls().close();
            }
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
        return new UpgradeException(reason, parts.clock().phase(), detail, parts.client() ? reply : "", hint);
    }

    UpgradeException failedHandshake(SSLException thrown) {
        HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(thrown, parts.peer(), parts.role());
        UpgradeException why = exception(
                diagnosis.reason(),
                "Expected TLS with " + parts.peer() + ", got: " + thrown.getMessage(),
                "",
                diagnosis.hint());
        why.initCause(thrown);
        return failed(why);
    }

    UpgradeException failed(UpgradeException why) {
        if (silence(why)) {
            tell(why);
        }
        return why;
    }

    /** A dialogue or a listener threw: whatever it meant to do, nothing leaves any more. */
    void abandon(Throwable thrown) {
        silence(thrown);
    }

    /** Throws if the connection has failed before: what came after is not to be taken for an end of stream. */
    void requireSound() throws IOException {
        Throwable earlier = failure;
        if (parts.state() != State.FAILED || earlier == null) {
            return;
        }
        String words = "Expected no use of a connection that has failed before with: " + earlier.getMessage();
        if (earlier instanceof UpgradeException why) {
            UpgradeException again = new UpgradeException(
                    why.reason(), why.phase(), words, "", why.hint().orElse(""));
            again.initCause(why);
            throw again;
        }
        throw new IllegalStateException(words, earlier);
    }

    private boolean silence(Throwable why) {
        synchronized (parts.machine()) {
            if (!parts.machine().allows(Event.FAIL)) {
                return false;
            }
            boolean records = parts.records();
            parts.machine().on(Event.FAIL);
            failure = why;
            if (records) {
                parts.tls().giveUp();
            } else {
                // The peer has not been told that TLS begins: a ClientHello made ahead must not leave.
                parts.tls().discard();
            }
        }
        afterFarewell = Optional.empty();
        parts.clock().stop();
        parts.outbox().clear();
        parts.framing().reset();
        return true;
    }

    private void tell(UpgradeException why) {
        if (settled) {
            return;
        }
        settled = true;
        UpgradeListener listener = parts.settings().listener();
        try {
            listener.failed(why);
            if (parts.client() && parts.settings().policy().enforced()) {
                listener.blocked(why);
            }
        } catch (RuntimeException e) {
            // The failure matters more to the caller than what its listener has to say of it.
            why.addSuppressed(e);
        }
    }
}
