package dev.starttls.core.upgrade;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The first stage: the dialogue and the handshake, until the connection is the application's, is closed or has failed. One
 * thread at a time.
 */
final class Upgrading {

    private final Parts parts;
    private final Ending ending;
    private final Negotiation negotiation;
    private final Incoming incoming;
    private final Outgoing outgoing;

    Upgrading(Parts parts) {
        this.parts = parts;
        ending = new Ending(parts);
        negotiation = new Negotiation(parts, ending);
        incoming = new Incoming(parts, negotiation, ending);
        outgoing = new Outgoing(parts, negotiation, ending, incoming);
    }

    void ownTime(long nanos) {
        parts.clock().own(nanos);
    }

    void keptWaiting(long nanos) {
        parts.clock().keptWaiting(nanos);
    }

    void begin(long nanos) throws IOException {
        if (parts.machine().begun()) {
            throw begunBefore(parts.state());
        }
        if (parts.state().terminal()) {
            parts.machine().requireNotFailed();
            throw new IllegalStateException("Expected begin on a connection that is open, got it in state "
                    + parts.state() + "; make a new UpgradeConnection");
        }
        parts.machine().begin();
        parts.clock().begin(nanos);
        try {
            negotiation.begin();
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            sayOrThrow(e);
        }
    }

    void tick(long nanos) throws UpgradeException {
        requireBegun("tick");
        parts.clock().tell(nanos);
        noteTask();
        boolean late = parts.clock().late() && !parts.state().terminal();
        if (late || ending.farewellOver()) {
            ending.tellFarewell();
        }
        if (late) {
            UpgradeException why = parts.clock().awaitsTask() ? taskTooSlow() : peerTooSlow();
            if (!ending.failAfterLastLines(ClosingReason.IDLE, why)) {
                throw ending.failed(why);
            }
        }
    }

    Optional<Long> deadline() {
        return !parts.machine().begun() || parts.state().terminal()
                ? Optional.empty()
                : Optional.of(parts.clock().deadline());
    }

    Want want() {
        State state = parts.state();
        if (!parts.machine().begun() || state == State.CLOSED) {
            return Want.NOTHING;
        }
        if (parts.speaksTls() && parts.tls().taskDue()) {
            return Want.TASK;
        }
        if (outgoing.due()) {
            return Want.WRITE;
        }
        if (!ending.open()) {
            return Want.NOTHING;
        }
        return incoming.workLeft() ? Want.AGAIN : Want.READ;
    }

    boolean prepareNext() throws IOException {
        if (!preparable()) {
            return false;
        }
        try {
            negotiation.prepareNext();
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            sayOrThrow(e);
        }
        return !parts.tls().prepared();
    }

    Optional<Runnable> preparation() {
        return preparable() && !parts.tls().exists() ? Optional.of(parts.tls().prepareEarly()) : Optional.empty();
    }

    void receive(ByteBuffer network) throws IOException {
        requireBegun("receive");
        try {
            incoming.receive(network);
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            sayOrThrow(e);
        } finally {
            noteTask();
        }
    }

    void transmit(ByteBuffer network) throws IOException {
        requireBegun("transmit");
        try {
            outgoing.transmit(network);
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            sayOrThrow(e);
        } finally {
            noteTask();
        }
    }

    void endOfInput() throws IOException {
        requireBegun("endOfInput");
        try {
            incoming.endOfInput();
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            sayOrThrow(e);
        }
    }

    /** The transport has failed. */
    UpgradeException lost(IOException thrown) {
        return incoming.lost(thrown);
    }

    void abort(UpgradeException why) {
        ending.failed(why);
    }

    /** The dialogue is over and the connection is the application's. */
    boolean ready() {
        return ending.ready();
    }

    /** What the dialogue has said and has not left yet. */
    Outbox lines() {
        return parts.outbox();
    }

    Phase phase() {
        return parts.clock().phase();
    }

    void shutDown() {
        boolean connected = parts.machine().begun();
        parts.machine().begin();
        ending.shutDown(connected);
    }

    void close() {
        boolean asAgreed = parts.machine().leaving();
        ending.close();
        if (parts.machine().begun()) {
            ending.reportClosed(asAgreed);
        }
    }

    int held() {
        return parts.framing().held() + parts.outbox().octets();
    }

    /** Forgets what is not whole: nothing more comes. */
    void forget() {
        parts.framing().reset();
    }

    static IllegalStateException begunBefore(State state) {
        return new IllegalStateException(
                "Expected begin once, got it again in state " + state + "; make a new UpgradeConnection");
    }

    /** While a task must run it is not the peer that is waited for. */
    private void noteTask() {
        parts.clock().taskDue(want() == Want.TASK);
    }

    private UpgradeException peerTooSlow() {
        return ending.exception(
                FailureReason.TIMEOUT,
                "Expected " + parts.awaited() + " within "
                        + parts.clock().patience().toMillis() + " ms, got " + incoming.received(),
                "",
                parts.silenceHint(!incoming.silent()));
    }

    private UpgradeException taskTooSlow() {
        return ending.exception(
                FailureReason.LOCAL_ERROR,
                "Expected a task of the handshake to have run within "
                        + parts.clock().patience().toMillis() + " ms, but it has not",
                "",
                "See what the executor that runs tasks does, and what in them waits: a trust manager, a key manager, an engine"
                        + " source");
    }

    private boolean preparable() {
        boolean ahead = parts.implicit() ? !parts.machine().begun() : parts.state().tls() == State.Tls.NONE;
        return ahead
                && parts.client()
                && ending.open()
                && parts.policy() != TlsPolicy.DISABLED
                && parts.settings().preparation() == Preparation.WHILE_WAITING
                && !parts.tls().preparing()
                && !parts.tls().prepared();
    }

    /** What a dialogue or a listener throws ends the connection: whatever it meant to do, nothing leaves in the clear. */
    private void abandon(Throwable thrown) {
        if (!ending.ready()) {
            ending.abandon(thrown);
        }
    }

    /** What user code throws ends the connection; a server that can still say so to its client does, and throws it later. */
    private void sayOrThrow(Throwable thrown) {
        if (!ending.ready() && ending.faulted(thrown)) {
            return;
        }
        abandon(thrown);
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
        if (!parts.machine().begun()) {
            throw new IllegalStateException(
                    "Expected begin before " + call + ", got " + call
                            + " on a connection that has not begun; call UpgradeConnection.begin once the transport is connected");
        }
    }
}
