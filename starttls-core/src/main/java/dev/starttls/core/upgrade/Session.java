package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TlsStatus;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The second stage: the connection is the application's, inside TLS or in plaintext. Has what octets need to cross, and what
 * is told afterwards; the dialogue and all that served it are gone, since most connections spend their lives here. One
 * thread may receive while another transmits.
 */
final class Session implements Stage {

    /** One for all; nothing is ever put in. */
    private static final Outbox EMPTY = new Outbox();

    private final UpgradeMachine machine;
    private final TlsLayer tls;
    private final UpgradeSettings settings;
    private final Outcome outcome;
    /** Whether this side had closed before: by its listener, which heard of the upgrade. */
    private final boolean leaving;

    private volatile boolean peerClosed;
    /** The last lines of the dialogue, until they have left. */
    private volatile Outbox lines;

    Session(Parts parts, boolean leaving) {
        this.machine = parts.machine();
        this.tls = parts.tls();
        this.settings = parts.settings();
        this.outcome = parts.outcome();
        this.leaving = leaving;
        this.lines = parts.outbox().isEmpty() ? EMPTY : parts.outbox();
    }

    @Override
    public void ownTime(long nanos) {
        // The application keeps its own time.
    }

    @Override
    public void keptWaiting(long nanos) {
        // Nothing is bounded any more.
    }

    @Override
    public void spent(Phase phase, long nanos) {
        outcome.preceded(phase, nanos);
    }

    @Override
    public void precededBy(UpgradeException failed) {
        outcome.precededBy(failed);
    }

    @Override
    public void begin(long nanos) {
        throw Upgrading.begunBefore(state());
    }

    @Override
    public void tick(long nanos) {
        // Nothing is due any more.
    }

    @Override
    public Optional<Long> deadline() {
        return Optional.empty();
    }

    @Override
    public Want want() {
        State state = state();
        if (state == State.CLOSED) {
            return Want.NOTHING;
        }
        if (state.tls() == State.Tls.RECORDS && tls.taskDue()) {
            return Want.TASK;
        }
        return due(state) ? Want.WRITE : Want.NOTHING;
    }

    @Override
    public Optional<Runnable> task() {
        return tls.task();
    }

    @Override
    public boolean prepareNext() {
        return false;
    }

    @Override
    public Optional<Runnable> preparation() {
        return Optional.empty();
    }

    @Override
    public void receive(ByteBuffer network, ByteBuffer application) throws IOException {
        machine.requireNotFailed();
        State state = state();
        if (state == State.PLAINTEXT) {
            move(network, application);
        } else if (!state.terminal()) {
            decrypt(network, application);
        }
        if (leaving || state().terminal() || behindCloseNotify()) {
            // What comes behind the end is nobody's (RFC 8446 section 6.1).
            network.position(network.limit());
        }
    }

    @Override
    public void transmit(ByteBuffer application, ByteBuffer network) throws IOException {
        State state = state();
        if (state.tls() == State.Tls.LAST_ALERT) {
            tls.sendAlert(network);
            return;
        }
        boolean records = state.tls() == State.Tls.RECORDS;
        if (!records && state.terminal()) {
            return;
        }
        if (transmitLines(records, network)) {
            if (records) {
                encrypt(application, network);
            } else {
                move(application, network);
            }
        }
    }

    @Override
    public void endOfInput() throws IOException {
        machine.requireNotFailed();
        peerClosed = true;
        if (tls.established() && settings.tls().truncation() == Truncation.REPORTED) {
            try {
                tls.endOfInput();
            } catch (SSLException e) {
                throw broken(e);
            }
        }
    }

    @Override
    public void transportFailed(IOException thrown) {
        // Whoever read or wrote has the exception, and nothing is upgraded any more.
        peerClosed = true;
    }

    @Override
    public void abort(UpgradeException why) {
        end();
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public boolean inputEnded() {
        return state() != State.FAILED && !holdsInput() && (peerClosed || tls.closeNotifyReceived());
    }

    @Override
    public boolean holdsInput() {
        return tls.decrypted().hasRemaining();
    }

    @Override
    public Duration timeToClose() {
        return settings.limits().timeToClose();
    }

    @Override
    public State state() {
        return machine.state();
    }

    @Override
    public Phase phase() {
        return outcome.lastFinished();
    }

    @Override
    public UpgradeReport report() {
        return outcome.report(settings.policy(), tls);
    }

    @Override
    public Optional<UpgradeException> failure() {
        return Optional.empty();
    }

    @Override
    public void shutDown() {
        // What the application says last is the application's.
    }

    @Override
    public void close() {
        forget(lines);
        if (machine.onIfAllowed(Event.CLOSE).equals(Optional.of(State.CLOSING))) {
            tls.close();
        }
    }

    @Override
    public void end() {
        close();
        over();
        tls.release();
    }

    @Override
    public int held() {
        return lines.octets() + tls.held();
    }

    @Override
    public Stage next() {
        return this;
    }

    private boolean due(State state) {
        return switch (state.tls()) {
            case RECORDS -> tls.wantsSend() || !lines.isEmpty();
            // No connection is handed over while its ClientHello leaves.
            case LAST_ALERT, CLIENT_HELLO -> tls.wantsSend();
            case NONE -> !state.terminal() && !lines.isEmpty();
        };
    }

    /** Returns whether all of them have left, and the application's octets may follow. */
    private boolean transmitLines(boolean records, ByteBuffer network) throws SSLException {
        Outbox last = lines;
        if (last.isEmpty()) {
            return true;
        }
        boolean more = true;
        if (records) {
            more = encrypt(last.waiting(), network) == TlsStatus.OK;
            last.settle();
        } else {
            last.drain(network);
        }
        if (!last.isEmpty()) {
            return false;
        }
        lines = EMPTY;
        return more;
    }

    private void decrypt(ByteBuffer network, ByteBuffer application) throws SSLException {
        try {
            if (tls.receive(network, application) == TlsStatus.CLOSED) {
                // Nothing can be decrypted any more, also if the engine has closed of its own accord.
                network.position(network.limit());
            }
        } catch (SSLException e) {
            throw broken(e);
        }
    }

    private TlsStatus encrypt(ByteBuffer source, ByteBuffer network) throws SSLException {
        TlsStatus status;
        try {
            status = tls.send(source, network);
        } catch (SSLException e) {
            throw broken(e);
        }
        if (status == TlsStatus.CLOSED) {
            // The engine gives out nothing more, whatever it says that it wants.
            tls.suppressOutput();
            if (leaving) {
                over();
            }
        }
        return status;
    }

    /** In plaintext, as many as there is room for. */
    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    private boolean behindCloseNotify() {
        return tls.closeNotifyReceived() && !holdsInput();
    }

    private void forget(Outbox last) {
        if (last != EMPTY) {
            last.clear();
            lines = EMPTY;
        }
    }

    private void over() {
        machine.onIfAllowed(Event.END);
    }

    /** A failure of TLS is told as it is. */
    private SSLException broken(SSLException thrown) {
        machine.fail(thrown);
        return thrown;
    }
}
